import { describe, expect, it } from 'vitest';
import { ApiProblem } from './problem.js';
import { type CountStore, SharedRateLimits } from './shared-rate-limits.js';

/** As Redis counts, without its windows; gone while `away`. */
class Counts implements CountStore {
  away = false;
  readonly counts = new Map<string, number>();

  async add(key: string, windowMs: number) {
    if (this.away) throw new Error('gone');
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return { count, leftMs: windowMs };
  }

  async forget(key: string) {
    if (this.away) throw new Error('gone');
    this.counts.delete(key);
  }
}

const bound = { tries: 2, windowMs: 60_000 };
const told: string[] = [];
const processOn = (counts: CountStore) =>
  new SharedRateLimits(counts, { warn: (_: object, message?: string) => told.push(message ?? '') } as never, () => 0);

describe('S-079 a limit that processes share', () => {
  it('counts the tries at all of them together', async () => {
    const counts = new Counts();
    const [one, other] = [processOn(counts).limit('a', bound), processOn(counts).limit('a', bound)];
    expect([await one.take('x'), await other.take('x'), await one.take('x')]).toEqual([0, 0, 60_000]);
    expect(await other.take('y')).toBe(0);
    await other.forget('x');
    expect(await one.take('x')).toBe(0);
  });

  it('goes on in each process alone while the store is away, and says so', async () => {
    const counts = new Counts();
    const [one, other] = [processOn(counts).limit('a', bound), processOn(counts).limit('a', bound)];
    await one.take('x');
    counts.away = true;
    told.length = 0;
    expect([await one.take('x'), await one.take('x')]).toEqual([0, 60_000]);
    expect([await other.take('x'), await other.take('x'), await other.take('x')]).toEqual([0, 0, 60_000]);
    await one.forget('x');
    expect(told).toContain('tries are counted by this process alone');
  });

  it('keeps limits apart, tells its bound to who is refused, and keeps no name in the store', async () => {
    const counts = new Counts();
    const limits = processOn(counts);
    const strict = limits.limit('strict', { tries: 0, windowMs: 60_000 });
    expect(await limits.limit('other', bound).take('ada@x.example')).toBe(0);
    const refused = await strict.demand('ada@x.example').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiProblem);
    expect((refused as ApiProblem).options).toMatchObject({
      ...{ retryAfterSeconds: 60, rateLimit: { tries: 0, windowSeconds: 60 } },
    });
    expect([...counts.counts.keys()].join()).not.toContain('ada');
  });
});
