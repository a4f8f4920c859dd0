import { createHash } from 'node:crypto';
import type { Logger } from '@cooperage/telemetry';
import { addressGroup } from './client-address.js';
import { ApiProblem } from './problem.js';
import { type Allowance, tellAllowance } from './rate-limit-headers.js';
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

/** What became of a try. */
export interface Taken extends Allowance {
  /** 0 when it may go on, else the milliseconds until it may. */
  readonly waitMs: number;
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
    return (await this.count(key)).waitMs;
  }

  /** Counts one try. */
  async count(key: string): Promise<Taken> {
    this.own.take(key);
    try {
      const { count, leftMs } = await this.store.add(this.storedKey(key), this.bound.windowMs);
      return this.taken(count, leftMs);
    } catch (error) {
      this.onOutage(error);
      const { count, leftMs } = this.own.standing(key);
      return this.taken(count, leftMs);
    }
  }

  /**
   * Counts one try, and says on the answer how many are left.
   * @param detail a sentence for a person, when the title does not say enough
   * @throws {ApiProblem} `rate_limited`.
   */
  async demand(key: string, detail?: string): Promise<void> {
    const taken = await this.count(key);
    tellAllowance(taken);
    if (taken.waitMs > 0) throw this.refusal(taken.waitMs, detail);
  }

  refusal(waitMs: number, detail?: string): ApiProblem {
    const { tries, windowMs } = this.bound;
    return new ApiProblem('rate_limited', {
      ...(detail !== undefined && { detail }),
      retryAfterSeconds: Math.ceil(waitMs / 1000),
      rateLimit: { tries, windowSeconds: windowMs / 1000 },
    });
  }

  async forget(key: string): Promise<void> {
    this.own.forget(key);
    await this.store.forget(this.storedKey(key)).catch(this.onOutage);
  }

  private taken(count: number, leftMs: number): Taken {
    const { tries } = this.bound;
    const resetMs = Math.max(leftMs, 1);
    return { limit: this.bound, left: Math.max(0, tries - count), resetMs, waitMs: count > tries ? resetMs : 0 };
  }

  /** Whoever reads the store learns neither names nor addresses, and no key is longer than another. */
  private storedKey(key: string): string {
    return `${this.name}:${createHash('sha256').update(addressGroup(key)).digest('base64url')}`;
  }
}
