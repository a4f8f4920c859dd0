import type { Attempt, Step } from '@cooperage/contracts';
import { syncStretchRatio } from '@cooperage/testing/sync-stretch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logSteps } from './log-attempts';
import { mostSteps, shownOf } from './shown-steps';
import { groupSteps } from './step-groups';
import { criticalPath, type TimeSpan, timelineOf } from './timeline';

/** More than the 6,000 that a build may have. */
const most = 10_000;
const at = (ms: number): string => new Date(ms).toISOString();
const stepsOf = (count: number, more: (ordinal: number) => Partial<Step>): Step[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ ordinal: index + 1, name: `[app ${index + 1}/${count}] RUN ${index}`, stage: 'app', target: null },
    ...{ platform: null, internal: false, cached: false, error: null, startLine: null, endLine: null, usualMs: null },
    ...{ startedAt: at(10 * index), completedAt: at(10 * index + 10) },
    ...more(index + 1),
  }));

describe('R4-P4 a build of 10,000 steps', () => {
  it.each([
    ['grouped, all of one stage', () => ({ cached: true })],
    ['grouped, each of a stage of its own', (ordinal: number) => ({ cached: true, stage: `stage ${ordinal}` })],
  ])('R4-P4 is %s, in time that grows with it', async (_what, more) => {
    const steps = stepsOf(most, more);
    expect(await syncStretchRatio(() => groupSteps(steps))).toBeLessThan(25);
  });

  it.each([
    ['one after the other', () => ({})],
    ['all at once', () => ({ startedAt: at(0), completedAt: at(5) })],
  ])('R4-P4 has a timeline in time that grows with it, when they ran %s', async (_what, more) => {
    const steps = stepsOf(most, more);
    expect(await syncStretchRatio(() => timelineOf(steps, 0))).toBeLessThan(25);
  });

  it('R4-P4 stands above its log in time that grows with it, with what ran in other attempts', async () => {
    const attempt = (number: number) => ({ number, failure: null }) as Attempt;
    const all = [
      { attempt: attempt(1), steps: stepsOf(most, () => ({})) },
      { attempt: attempt(2), steps: stepsOf(most, (ordinal) => ({ name: `RUN another ${ordinal}` })) },
      { attempt: attempt(3), steps: stepsOf(most, () => ({ cached: true })) },
    ];
    expect(logSteps(all, true).at(-1)?.outputAt).toBe(logSteps(all, true)[most - 1]?.ordinal);
    expect(await syncStretchRatio(() => logSteps(all, true))).toBeLessThan(40);
  });

  it('R4-P4 shows those that matter and the first of the others, and says how many it leaves out', () => {
    const steps = stepsOf(most, (ordinal) => ({ error: ordinal % 100 === 0 ? 'exit code: 1' : null }));
    const { shown, left } = shownOf(steps, ({ error }) => error !== null);
    expect(shown.size).toBe(mostSteps);
    expect(left).toBe(most - mostSteps);
    expect([...shown].filter(({ error }) => error !== null)).toHaveLength(most / 100);
    expect(shownOf(steps, () => true).shown.size).toBe(mostSteps);
    expect(shownOf(steps.slice(0, 3), () => false)).toEqual({ shown: new Set(steps.slice(0, 3)), left: 0 });
  });

  it('R4-P4 has the critical path that a look at all steps for each of it finds', () => {
    const spans = fc.array(
      fc.tuple(fc.nat(60), fc.nat(30)).map(([startMs, ms]): TimeSpan => ({ startMs, endMs: startMs + ms })),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(spans, (all) => {
        expect(criticalPath(all)).toEqual(pathByLooking(all));
      }),
    );
  });
});

function pathByLooking(spans: readonly TimeSpan[]): number[] {
  const path: number[] = [];
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    let found = -1;
    for (const [index, { startMs, endMs }] of spans.entries())
      if (endMs <= before + 5 && startMs < before && (found === -1 || endMs > spans[found]!.endMs)) found = index;
    if (found === -1) return path;
    path.unshift(found);
    before = spans[found]!.startMs;
  }
}
