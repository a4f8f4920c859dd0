import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.js';
import { pairRatio, quantileRatio } from './ratio.js';

const random = () => seededRandom(7);

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
