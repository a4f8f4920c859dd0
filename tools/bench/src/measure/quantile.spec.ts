import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, quantile } from './quantile.js';

const values = fc.array(fc.double({ min: 0.1, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });

describe('a quantile', () => {
  it('interpolates, whatever the order', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([10, 0], 0.25)).toBe(2.5);
    expect(quantile([5], 0.99)).toBe(5);
  });

  it('sorts numbers as numbers', () => {
    expect(quantile([100, 20, 3], 1)).toBe(100);
  });

  it('refuses no values, and a share that is none', () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => quantile([1], 1.5)).toThrow(RangeError);
    expect(() => quantile([1], Number.NaN)).toThrow(RangeError);
  });

  it('lies among the values', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (numbers, q) => {
        const found = quantile(numbers, q);
        expect(found).toBeGreaterThanOrEqual(Math.min(...numbers) - 1e-6);
        expect(found).toBeLessThanOrEqual(Math.max(...numbers) + 1e-6);
      }),
    );
  });
});
