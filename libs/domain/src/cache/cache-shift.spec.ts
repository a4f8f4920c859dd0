import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheShift } from './cache-shift.js';
import { emptyLedger } from './ledger.js';

const day = (at: number, builds: number, share: number) => ({
  ...{ ...emptyLedger, day: `2026-11-${String(at).padStart(2, '0')}`, builds },
  ...{ savedMs: builds * share * 1_000, ranMs: builds * (1 - share) * 1_000 },
});
/** From the first of November on. */
const days = (...each: readonly (readonly [builds: number, share: number])[]) =>
  each.map(([builds, share], at) => day(at + 1, builds, share));

describe('the day from which on a cache saved another part', () => {
  it('is the first of those that differ', () => {
    const shares = days([4, 0.7], [0, 0], [4, 0.72], [3, 0.4], [5, 0.4], [2, 0.4]);
    const shift = cacheShift(shares);
    expect(shift).toMatchObject({ day: '2026-11-04', now: 0.4 });
    expect(shift!.before).toBeCloseTo(0.71);
  });

  it('is not one of a few builds, of a small change, or of nothing', () => {
    expect(cacheShift(days([20, 0.7], [4, 0.1]))).toBeNull();
    expect(cacheShift(days([20, 0.7], [20, 0.6]))).toBeNull();
    expect(cacheShift(days([20, 0.7]))).toBeNull();
    expect(cacheShift([])).toBeNull();
  });

  it('is a day with builds, whatever the days are', () => {
    const some = fc.array(fc.tuple(fc.nat(9), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 25 });
    fc.assert(
      fc.property(some, (each) => {
        const all = days(...each);
        const shift = cacheShift(all);
        return shift === null || all.find((one) => one.day === shift.day)!.builds > 0;
      }),
    );
  });
});
