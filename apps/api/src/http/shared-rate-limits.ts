import { createHash } from 'node:crypto';
import type { Logger } from '@cooperage/telemetry';
import { ApiProblem } from './problem.js';
import { type RateLimit, RateLimiter } from './rate-limiter.js';

/** Where counts are that all processes share; it may fail at any time. */
export interface CountStore {
  add(key: string, windowMs: number): Promise<{ readonly count: number; readonly leftMs: number }>;
  forget(key: string): Promise<void>;
}

/** Makes the limits that hold over all `api` processes together (docs/adr/0009). */
export class SharedRateLimits {
  constructor(
    private readonly store: CountStore,
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** @param name unique among the limits of the installation */
  limit(name: string, limit: RateLimit): SharedRateLimit {
    return new SharedRateLimit(name, limit, this.store, new RateLimiter(limit, this.nowMs), (error) =>
      this.logger.warn({ err: error, limit: name }, 'tries are counted by this process alone'),
    );
  }
}

/** Every try is counted twice: for all, and here. What is here decides while the store does not answer. */
export class SharedRateLimit {
  constructor(
    private readonly name: string,
    private readonly bound: RateLimit,
    private readonly store: CountStore,
    private readonly own: RateLimiter,
    private readonly onOutage: (error: unknown) => void,
  ) {}

  /** Counts one try. @returns 0 when it may go on, else the milliseconds until it may. */
  async take(key: string): Promise<number> {
    const ownWaitMs = this.own.take(key);
    try {
      const { count, leftMs } = await this.store.add(this.storedKey(key), this.bound.windowMs);
      return count > this.bound.tries ? Math.max(leftMs, 1) : 0;
    } catch (error) {
      this.onOutage(error);
      return ownWaitMs;
    }
  }

  /** Counts one try. @throws {ApiProblem} `rate_limited`. */
  async demand(key: string): Promise<void> {
    const waitMs = await this.take(key);
    if (waitMs > 0) throw this.refusal(waitMs);
  }

  refusal(waitMs: number): ApiProblem {
    const { tries, windowMs } = this.bound;
    return new ApiProblem('rate_limited', {
      retryAfterSeconds: Math.ceil(waitMs / 1000),
      rateLimit: { tries, windowSeconds: windowMs / 1000 },
    });
  }

  async forget(key: string): Promise<void> {
    this.own.forget(key);
    await this.store.forget(this.storedKey(key)).catch(this.onOutage);
  }

  /** Whoever reads the store learns neither names nor addresses, and no key is longer than another. */
  private storedKey(key: string): string {
    return `${this.name}:${createHash('sha256').update(key).digest('base64url')}`;
  }
}
