import { describe, expect, it } from 'vitest';
import { diagnoseQueue, openSlots, type QueueFacts } from './diagnose-queue.js';

type Worker = QueueFacts['workers'][number];
const control: Worker = { role: 'control', state: 'idle', note: null, slots: null };
const builder = (state: Worker['state'], note: string | null = null): Worker => ({
  role: 'builder',
  state,
  note,
  slots: 2,
});
const facts = (workers: Worker[], more: Partial<QueueFacts> = {}): QueueFacts => ({
  ...{ workers, waiting: 3, paused: 0, strange: 0, limited: 0, held: 0, oldestWaitMs: 60_000 },
  ...more,
});
const reason = (workers: Worker[], more: Partial<QueueFacts> = {}) =>
  diagnoseQueue(facts(workers, more))?.reason ?? null;

describe('why is nothing picked up?', () => {
  it('is not asked while nothing waits, or it has only just begun', () => {
    expect(reason([], { waiting: 0 })).toBeNull();
    expect(reason([], { oldestWaitMs: 900 })).toBeNull();
  });

  it.each<[string, Worker[], Partial<QueueFacts>]>([
    ['no_control', [builder('idle')], {}],
    ['no_control', [{ ...control, state: 'lost' }, builder('idle')], {}],
    ['no_builder', [control], {}],
    ['no_builder', [control, builder('ended')], {}],
    ['all_lost', [control, builder('lost'), builder('lost')], {}],
    ['all_draining', [control, builder('draining'), builder('lost')], {}],
    ['engine_away', [control, builder('idle', 'The engine does not answer.'), builder('draining')], {}],
    ['all_busy', [control, builder('busy')], { held: 2 }],
    ['all_busy', [control, builder('busy'), builder('idle', 'away')], { held: 2 }],
    ['retry_pause', [control, builder('idle')], { paused: 3 }],
    ['no_builder_for_strangers', [control, builder('idle')], { strange: 3 }],
    ['organization_limit', [control, builder('idle')], { limited: 3 }],
    ['not_taken', [control, builder('idle')], { strange: 2 }],
    ['not_taken', [control, builder('idle')], { held: 1 }],
  ])('%s', (expected, workers, more) => {
    expect(reason(workers, more)).toBe(expected);
  });

  it('says what to do, with what was measured', () => {
    expect(diagnoseQueue(facts([control, builder('idle', 'It is away.')]))?.says).toBe(
      'No builder can build: It is away.',
    );
    expect(diagnoseQueue(facts([control, builder('busy')], { held: 1 }))?.says).toContain('1 of 2 slots');
  });
});

it('counts the slots of builders that take builds, and of no others', () => {
  expect(
    openSlots([control, builder('idle'), builder('busy'), builder('draining'), builder('lost'), builder('idle', 'x')]),
  ).toBe(4);
});
