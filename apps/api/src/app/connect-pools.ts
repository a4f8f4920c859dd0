import type { Config } from '@cooperage/config';
import { PoolRedis } from '@cooperage/queue';

/** @param onError told of every connection error; ioredis connects again by itself */
export function connectPools(config: Config<'api'> | Config<'live'>, onError: (error: Error) => void): PoolRedis {
  const untrustedUrl = config.untrustedRedisUrl?.reveal() ?? null;
  return PoolRedis.connect({ url: config.redisUrl.reveal(), untrustedUrl }, onError);
}
