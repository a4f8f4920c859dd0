import type { Redis } from 'ioredis';

/** Counts and its end in one step, so that no count outlives its window. */
const countOne = `local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('PTTL', KEYS[1])}`;

/** Counts by key in fixed windows that all processes of an installation share. Redis may be wiped: windows begin anew. */
export class SharedCounts {
  /** @param prefix tells installations apart that share a Redis */
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
  ) {}

  /** @returns the count with this one, and the milliseconds until it ends. @throws {Error} when Redis does not answer */
  async add(key: string, windowMs: number): Promise<{ readonly count: number; readonly leftMs: number }> {
    const [count, leftMs] = (await this.redis.eval(countOne, 1, this.prefix + key, windowMs)) as [number, number];
    return { count, leftMs };
  }

  /** @throws {Error} when Redis does not answer */
  async forget(key: string): Promise<void> {
    await this.redis.del(this.prefix + key);
  }
}
