import type { OutboxItem, OutboxRepository } from '@cooperage/db';
import { createLogger, createMetrics } from '@cooperage/telemetry';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { done, OutboxLoop } from '../control/outbox/outbox-loop.js';
import { lookAtOutboxes } from '../control/outbox/outbox-poll.js';
import { WakeLoop } from './wake-loop.js';
import { Watchdog } from './watchdog.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const item: OutboxItem = {
  ...{
    id: 1n,
    topic: 'evaluate',
    subjectId: 's',
    groupId: 'g',
    attempts: 1,
    unfinished: 0,
    failures: 0,
    ageMs: 0,
    dueMs: 0,
  },
} as const;
const due = { due: 3, oldestDueMs: 60_000 };

let metrics: ReturnType<typeof createMetrics>;
let now: number;
let watchdog: Watchdog;
beforeEach(() => {
  metrics = createMetrics({ version: '1', commit: 'c' });
  now = 0;
  watchdog = new Watchdog(metrics, logger, () => now);
});

async function seconds(count: number): Promise<void> {
  for (let second = 0; second < count; second++) {
    now += 1_000;
    watchdog.look();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const ready = () => watchdog.readiness().check(new AbortController().signal);
const metric = async (name: string) =>
  (await metrics.expose()).body.split('\n').filter((line) => line.startsWith(name));

/** A loop whose first claim hangs, as if the answer of the database never came. */
function hungLoop() {
  const outbox = {
    take: vi.fn(async (): Promise<OutboxItem[]> => []),
    done: vi.fn(async () => undefined),
    due: vi.fn(async () => due),
  };
  outbox.take.mockImplementationOnce(() => new Promise(() => undefined));
  const share = { each: 2, alone: 2, keepsLast: false };
  const options = { name: 'evaluate', slots: 2, slotLimitMs: 60_000, share, instanceId: () => 'me' };
  const handlers = { evaluate: async () => done };
  const loop = new OutboxLoop(outbox as unknown as OutboxRepository, handlers, options, logger);
  return { outbox, loop };
}

describe('Watchdog', () => {
  it('A3 counts the work of a loop that was given up, each once', async () => {
    let givenUp = 1;
    const loop = { name: 'publish', repair: () => undefined };
    const sight = { due: 0, oldestDueMs: 0, slots: 1, busySlots: 0, oldestBusyMs: 0, slotLimitMs: 1, taken: 1 };
    watchdog.watch(() => [{ loop, sight: { ...sight, givenUp } }]);
    await seconds(2);
    givenUp = 3;
    await seconds(2);
    expect(await metric('cooperage_loop_given_up_total{')).toEqual(['cooperage_loop_given_up_total{loop="publish"} 3']);
  });

  it('R-W1 finds a loop whose claim hangs not ready, repairs it, counts that, and is content again', async () => {
    const { outbox, loop } = hungLoop();
    const changed = vi.fn();
    watchdog.watch(...lookAtOutboxes([loop]));
    watchdog.onChange(changed);
    loop.wake();
    await seconds(10);
    await expect(ready()).resolves.toBeUndefined();
    expect(outbox.take).toHaveBeenCalledTimes(1);
    outbox.take.mockImplementationOnce(async () => [item]);
    now += 1_000;
    watchdog.look();
    await expect
      .poll(() => watchdog.troubles())
      .toEqual([{ loop: 'evaluate', state: 'stalled', forMs: 10_000, due: 3 }]);
    await expect(ready()).rejects.toThrow('The loop “evaluate” has taken nothing for 10 s, though 3 could be taken.');
    expect(changed).toHaveBeenCalledTimes(1);
    await expect.poll(() => outbox.done).toHaveBeenCalledTimes(1);
    await seconds(1);
    expect(watchdog.troubles()).toEqual([]);
    await expect(ready()).resolves.toBeUndefined();
    expect(changed).toHaveBeenCalledTimes(2);
    expect(await metric('cooperage_loop_repairs_total{')).toEqual(['cooperage_loop_repairs_total{loop="evaluate"} 1']);
    expect(await metric('cooperage_loop_due{')).toEqual(['cooperage_loop_due{loop="evaluate"} 3']);
    expect(await metric('cooperage_loop_oldest_due_seconds{')).toEqual([
      'cooperage_loop_oldest_due_seconds{loop="evaluate"} 60',
    ]);
    await loop.close();
  });

  it('R-W1 repairs a run that hangs', async () => {
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const work = vi.fn(async () => undefined);
    work.mockImplementationOnce(() => new Promise(() => undefined));
    const loop = new WakeLoop('dispatch', 600_000, logger, work, 5_000);
    watchdog.watch(() => [{ loop, sight: loop.sight() }]);
    loop.start();
    await seconds(10);
    expect(work).toHaveBeenCalledTimes(1);
    await seconds(1);
    expect(work).toHaveBeenCalledTimes(2);
    await seconds(1);
    expect(watchdog.troubles()).toEqual([]);
    clock.mockRestore();
    await loop.close();
  });

  it('looks at other loops while the answer about some does not come, and asks again later', async () => {
    const hangs = vi.fn(() => new Promise<never>(() => undefined));
    const other = vi.fn(() => []);
    watchdog.watch(hangs, other);
    await seconds(8);
    expect(hangs).toHaveBeenCalledTimes(1);
    expect(other).toHaveBeenCalledTimes(8);
    await seconds(1);
    expect(hangs).toHaveBeenCalledTimes(2);
    await expect(ready()).resolves.toBeUndefined();
  });
});
