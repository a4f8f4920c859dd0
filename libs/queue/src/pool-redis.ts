import type { Redis } from 'ioredis';
import { RedisLiveBus } from './live-bus.js';
import { connectRedis } from './redis.js';

export interface PoolRedisUrls {
  readonly url: string;
  /** Null where both pools share one. */
  readonly untrustedUrl: string | null;
}

/**
 * Connections to the Redis of each pool of builders (docs/adr/0048). A builder that was taken over can run scripts without end and fill
 * the memory: it reaches the Redis of its own pool alone. Our own counts are in that of the trusted pool.
 */
export class PoolRedis {
  constructor(
    readonly trusted: Redis,
    readonly untrusted: Redis,
  ) {}

  /** @param onError told of every connection error; both connect again by themselves */
  static connect({ url, untrustedUrl }: PoolRedisUrls, onError: (error: Error) => void): PoolRedis {
    const trusted = connectRedis(url, 'producer', onError);
    return new PoolRedis(trusted, untrustedUrl === null ? trusted : connectRedis(untrustedUrl, 'producer', onError));
  }

  /** One where both pools share it. */
  get each(): readonly Redis[] {
    return [...new Set([this.trusted, this.untrusted])];
  }

  /** @param lane as a worker's address has it */
  of(lane: string): Redis {
    return lane === 'strangers' ? this.untrusted : this.trusted;
  }

  /** @throws when one of them does not answer */
  async ping(): Promise<void> {
    await Promise.all(this.each.map((redis) => redis.ping()));
  }

  disconnect(): void {
    for (const redis of this.each) redis.disconnect();
  }
}

/** Frames of the logs of both pools, for whoever does not know which pool an attempt is of. */
export class PooledLiveBus {
  private readonly buses: readonly RedisLiveBus[];

  /** @param onError see `RedisLiveBus` */
  constructor(pools: PoolRedis, onError: (error: Error) => void) {
    this.buses = pools.each.map((redis) => new RedisLiveBus(redis, onError));
  }

  /** Never waits, never throws. `false` when each of them dropped the frame at once. */
  publish(attemptId: string, frame: Uint8Array): boolean {
    return this.buses.map((bus) => bus.publish(attemptId, frame)).includes(true);
  }

  /** As that of one bus, with an empty frame from each. */
  subscribe(attemptId: string, onFrame: (frame: Uint8Array) => void): () => void {
    const ends = this.buses.map((bus) => bus.subscribe(attemptId, onFrame));
    return () => {
      for (const end of ends) end();
    };
  }

  close(): void {
    for (const bus of this.buses) bus.close();
  }
}
