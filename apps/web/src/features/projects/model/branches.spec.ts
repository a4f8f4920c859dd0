import { expect, it } from 'vitest';
import { isStale, medianMs, reusedPercent, shownBranches } from './branches';

const build = (tookMs: number | null, status = 'succeeded', steps: number | null = 4, reusedSteps = 1) => ({
  ...{ number: 1, status, tookMs, steps, reusedSteps },
});

it('calls a branch stale after a month', () => {
  const now = Date.parse('2026-11-24T00:00:00Z');
  expect(isStale('2026-10-20T00:00:00Z', now)).toBe(true);
  expect(isStale('2026-11-01T00:00:00Z', now)).toBe(false);
});

it('shows five at once', () => {
  expect(shownBranches([1, 2, 3, 4, 5, 6, 7])).toEqual({ first: [1, 2, 3, 4, 5], more: [6, 7] });
});

it('tells time and reuse of the last builds, or that nothing is known', () => {
  const builds = [build(30), build(10), build(20), build(99, 'failed', null), build(null, 'canceled', null)];
  expect(medianMs(builds)).toBe(20);
  expect(reusedPercent(builds)).toBe(25);
  expect([medianMs([]), reusedPercent([build(1, 'failed', null)])]).toEqual([null, null]);
});
