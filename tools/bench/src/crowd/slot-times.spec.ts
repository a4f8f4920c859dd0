import { describe, expect, it } from 'vitest';
import type { SlotTime } from '../world/rows.js';
import { contendedSpan, fairness, firstWaits } from './slot-times.js';

const time = (organizationId: string, claimedMs: number, endedMs: number): SlotTime => ({
  ...{ buildId: '', organizationId, claimedMs, endedMs, queuedMs: 0 },
});

describe('slot times', () => {
  it('are compared while all organizations have work waiting', () => {
    const times = [time('a', 10, 20), time('b', 10, 20), time('a', 20, 90), time('b', 30, 40), time('b', 40, 50)];
    expect(contendedSpan(times)).toEqual({ fromMs: 10, toMs: 20 });
    expect(fairness(times)).toBe(1);
  });

  it('are unfair where one has all of them', () => {
    const times = [time('a', 0, 100), time('b', 90, 100), time('a', 100, 110), time('b', 200, 210)];
    expect(fairness(times)).toBeLessThan(0.7);
  });

  it('say how long the first builds of one waited', () => {
    const times = [time('a', 30, 40), time('a', 10, 20), time('b', 0, 10), time('a', 90, 99)];
    expect(firstWaits(times, 'a', 2)).toBe(20);
  });
});
