import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.js';

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
