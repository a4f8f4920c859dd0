import { Redis, type RedisOptions } from 'ioredis';

/**
 * Where a connection is used. `producer` fails fast, so that an outage is seen at once and the work stays where it is
 * promised; `consumer` waits for Redis to come back, as BullMQ's blocking reads need it.
 */
export type RedisUse = 'producer' | 'consumer';

/** @param onError told of every connection error; ioredis connects again by itself */
export function connectRedis(url: string, use: RedisUse, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    ...options(use),
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 2_000),
  });
  redis.on('error', onError);
  return redis;
}

function options(use: RedisUse): RedisOptions {
  if (use === 'consumer') return { maxRetriesPerRequest: null };
  return { maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: 1_000 };
}

/**
 * Queues lose jobs on a Redis that evicts keys.
 * @throws {Error} with a sentence for the operator when it is set up to evict.
 */
export async function refuseEviction(redis: Redis): Promise<void> {
  // Not CONFIG GET: whoever may ask for that is told the password of everybody too.
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
  if (policy !== 'noeviction')
    throw new Error(`Redis would evict queue entries (maxmemory-policy is "${policy}"). Set it to "noeviction".`);
}
