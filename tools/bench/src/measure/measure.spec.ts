import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrap } from './bootstrap.js';
import { demand, Inexact } from './inexact.js';
import { interleave } from './interleave.js';
import { median, quantile } from './quantile.js';
import { seededRandom } from './random.js';
import { pairRatio, quantileRatio } from './ratio.js';
import { judge } from './verdict.js';

const random = () => seededRandom(7);
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

describe('the seeded generator', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    const [one, same, other] = [seededRandom(1), seededRandom(1), seededRandom(2)];
    const take = (next: () => number) => Array.from({ length: 5 }, next);
    const first = take(one);
    expect(take(same)).toEqual(first);
    expect(take(other)).not.toEqual(first);
  });

  it('spreads evenly over 0 to 1', () => {
    const next = seededRandom(42);
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) buckets[Math.floor(next() * 10)]! += 1;
    for (const count of buckets) expect(count).toBeGreaterThan(850);
  });
});

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

describe('ratios', () => {
  it('are those of the pairs, not of the medians: a slow minute hits both sides', () => {
    const pairs = [
      { ours: 1, theirs: 10 },
      { ours: 100, theirs: 1000 },
      { ours: 3, theirs: 30 },
    ];
    expect(pairRatio(pairs, random())).toEqual({ value: 0.1, low: 0.1, high: 0.1 });
  });

  it('of quantiles pool the blocks', () => {
    const blocks = [
      { ours: [1, 2], theirs: [10] },
      { ours: [3], theirs: [10, 10] },
    ];
    expect(quantileRatio(blocks, 0.5, random()).value).toBe(0.2);
    expect(quantileRatio(blocks, 1, random()).value).toBe(0.3);
  });
});

describe('a verdict', () => {
  const estimate = { value: 0.2, low: 0.18, high: 0.22 };

  it('needs the whole interval on the right side', () => {
    expect(judge(estimate, { atMost: 0.22 }, 15)).toBe('met');
    expect(judge(estimate, { atMost: 0.21 }, 15)).toBe('missed');
    expect(judge(estimate, { atLeast: 0.18 }, 15)).toBe('met');
    expect(judge(estimate, { atLeast: 0.19 }, 15)).toBe('missed');
  });

  it('is not given on fewer than fifteen pairs, and a miss stays one', () => {
    expect(judge(estimate, { atMost: 1 }, 14)).toBe('too few pairs');
    expect(judge(estimate, { atMost: 0.1 }, 14)).toBe('missed');
  });

  it('is never "met" on what is not a number', () => {
    expect(judge({ value: Number.NaN, low: Number.NaN, high: Number.NaN }, { atMost: 1 }, 15)).toBe('missed');
  });
});

describe('interleaving', () => {
  it('runs theirs and ours in turn and settles after each', async () => {
    const order: string[] = [];
    const side = (name: string, ms: number) => async () => {
      order.push(name);
      return ms;
    };
    const settle = async () => void order.push('-');
    const sides = { theirs: side('a', 2), ours: side('b', 1), settle };
    const pairs = await interleave(2, sides, new AbortController().signal);
    expect(order.join('')).toBe('a-b-a-b-');
    expect(pairs).toEqual([
      { ours: 1, theirs: 2 },
      { ours: 1, theirs: 2 },
    ]);
  });

  it('ends between two pairs when it is told to', async () => {
    const stop = new AbortController();
    const sides = {
      theirs: async () => 1,
      ours: async () => {
        stop.abort(new Error('enough'));
        return 1;
      },
    };
    await expect(interleave(5, sides, stop.signal)).rejects.toThrow('enough');
  });
});

describe('exactness', () => {
  it('throws on one that is lost', () => {
    expect(() => demand(false, 'line 7 is missing')).toThrow(Inexact);
    expect(() => demand(true, 'nothing')).not.toThrow();
  });
});
