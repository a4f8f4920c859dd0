import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrap } from './bootstrap.js';
import { median } from './quantile.js';
import { seededRandom } from './random.js';

const random = () => seededRandom(7);
const values = fc.array(fc.double({ min: 0.1, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });

describe('the bootstrap interval', () => {
  it('holds the value and is the same for the same seed', () => {
    fc.assert(
      fc.property(values, (numbers) => {
        const estimate = bootstrap(numbers, median, random());
        expect(estimate.low).toBeLessThanOrEqual(estimate.high);
        expect(bootstrap(numbers, median, random())).toEqual(estimate);
      }),
      { numRuns: 10 },
    );
  });

  it('covers the truth about 95 times of 100', () => {
    const next = seededRandom(3);
    const trials = 200;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const sample = Array.from({ length: 31 }, next);
      const { low, high } = bootstrap(sample, median, next);
      if (low <= 0.5 && high >= 0.5) covered += 1;
    }
    expect(covered / trials).toBeGreaterThan(0.88);
    expect(covered / trials).toBeLessThanOrEqual(1);
  });

  it('has no width where everything is equal, and refuses nothing at all', () => {
    expect(bootstrap([2, 2, 2], median, random())).toEqual({ value: 2, low: 2, high: 2 });
    expect(() => bootstrap([], median, random())).toThrow(RangeError);
  });
});
