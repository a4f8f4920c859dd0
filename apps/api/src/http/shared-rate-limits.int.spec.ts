import { randomUUID } from 'node:crypto';
import { connectRedis, SharedCounts } from '@cooperage/queue';
import { services } from '@cooperage/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { SharedRateLimits } from './shared-rate-limits.js';

const ignore = (): void => undefined;
const connections = [1, 2].map(() => connectRedis(services().redisUrl, 'producer', ignore));
afterAll(() => connections.forEach((redis) => void redis.disconnect()));

describe('S-079 limits on a real Redis', () => {
  it('hold over two processes, end with their window, and go on without Redis', async () => {
    await Promise.all(connections.map(async (redis) => redis.status === 'ready' || (await once(redis))));
    const prefix = `test:${randomUUID()}:`;
    const bound = { tries: 3, windowMs: 2_000 };
    const [one, other] = connections.map((redis) =>
      new SharedRateLimits(new SharedCounts(redis, prefix), { warn: ignore }).limit('guess', bound),
    ) as [Limit, Limit];
    expect([await one.take('x'), await other.take('x'), await one.take('x')]).toEqual([0, 0, 0]);
    const waitMs = await other.take('x');
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(bound.windowMs);
    await expect.poll(() => one.take('x'), { timeout: 10_000, interval: 500 }).toBe(0);
    connections[1]!.disconnect();
    await other.forget('x');
    expect([await other.take('x'), await other.take('x'), await other.take('x')]).toEqual([0, 0, 0]);
    expect(await other.take('x')).toBeGreaterThan(0);
  });
});

type Limit = ReturnType<SharedRateLimits['limit']>;

function once(redis: (typeof connections)[number]): Promise<void> {
  return new Promise((resolve) => redis.once('ready', () => resolve()));
}
