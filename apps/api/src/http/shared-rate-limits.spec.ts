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

describe('R13B-5 a limit by address', () => {
  const network = (at: number) => `2001:db8:0:${at.toString(16)}::1`;
  const wide = { tries: 50, windowMs: 60_000 };

  it('counts the site first: four times as often as one of its networks, over all processes', async () => {
    const counts = new Counts();
    const [one, other] = [processOn(counts).limit('a', wide), processOn(counts).limit('a', wide)];
    for (let at = 0; at < 100; at++) {
      expect(await one.take(network(2 * at))).toBe(0);
      expect(await other.take(network(2 * at + 1))).toBe(0);
    }
    const refused = await one.demand(network(200)).catch((error: unknown) => error);
    expect((refused as ApiProblem).options).toMatchObject({ rateLimit: { tries: 200, windowSeconds: 60 } });
    expect(counts.counts.size).toBe(201);
    expect(await other.take('2001:db8:1::1')).toBe(0);
    expect(await other.take('192.0.2.1')).toBe(0);
  });

  it('counts the site as well while the store is away', async () => {
    const counts = new Counts();
    counts.away = true;
    const limit = processOn(counts).limit('a', wide);
    for (let at = 0; at < 200; at++) expect(await limit.take(network(at))).toBe(0);
    expect(await limit.take(network(200))).toBe(60_000);
  });

  it('tells what the site has left where that is less', async () => {
    const limit = processOn(new Counts()).limit('a', wide);
    for (let at = 0; at < 180; at++) await limit.take(network(at));
    expect(await limit.count(network(180))).toMatchObject({ limit: { tries: 200 }, left: 19, waitMs: 0 });
    for (let at = 0; at < 48; at++) await limit.take('192.0.2.1');
    expect(await limit.count('192.0.2.1')).toMatchObject({ limit: wide, left: 1, waitMs: 0 });
  });

  it('puts so many addresses into the store and no more; beyond them each process counts for itself', async () => {
    const counts = new Counts();
    let now = 0;
    const limits = new SharedRateLimits(counts, { warn: () => {} }, () => now, 100);
    const limit = limits.limit('a', bound);
    const site = (at: number) => `2001:db8:${at.toString(16)}::1`;
    for (let round = 0; round < 2; round++)
      for (let at = 0; at < 1_000; at++) expect(await limit.take(site(at))).toBe(0);
    expect(counts.counts.size).toBe(100);
    expect(await limit.take(site(999))).toBe(60_000);
    // Its own limit is no other's, and keys that strangers cannot choose are not counted among addresses.
    expect(await limits.limit('b', bound).take(site(999))).toBe(0);
    expect(await limit.take('somebody')).toBe(0);
    expect(counts.counts.size).toBe(103);
    now = 60_000;
    counts.counts.clear();
    expect(await limit.take(site(999))).toBe(0);
    expect(counts.counts.size).toBe(2);
  });
});
