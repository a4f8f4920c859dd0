import { createHash } from 'node:crypto';
import type { Allowance } from './rate-limit-headers.js';
import { type RateLimit, RateLimiter } from './rate-limiter.js';

/** Where counts are that all processes share; it may fail at any time. */
export interface CountStore {
  add(key: string, windowMs: number): Promise<{ readonly count: number; readonly leftMs: number }>;
  forget(key: string): Promise<void>;
}

/** What became of a try. */
export interface Taken extends Allowance {
  /** 0 when it may go on, else the milliseconds until it may. */
  readonly waitMs: number;
}

/** Every try is counted twice: for all, and here. What is here decides while the store does not answer. */
export class SharedTries {
  private readonly own: RateLimiter;

  constructor(
    private readonly name: string,
    private readonly bound: RateLimit,
    private readonly store: CountStore,
    nowMs: () => number,
    private readonly onOutage: (error: unknown) => void,
  ) {
    this.own = new RateLimiter(bound, nowMs);
  }

  /**
   * Counts one try.
   * @param isShared false: the store is not asked, and this process counts for itself
   */
  async count(key: string, isShared = true): Promise<Taken> {
    const stored = this.storedKey(key);
    this.own.take(stored);
    if (!isShared) return this.ownTaken(stored);
    try {
      const { count, leftMs } = await this.store.add(stored, this.bound.windowMs);
      return this.taken(count, leftMs);
    } catch (error) {
      this.onOutage(error);
      return this.ownTaken(stored);
    }
  }

  async forget(key: string): Promise<void> {
    const stored = this.storedKey(key);
    this.own.forget(stored);
    await this.store.forget(stored).catch(this.onOutage);
  }

  private ownTaken(stored: string): Taken {
    const { count, leftMs } = this.own.standing(stored);
    return this.taken(count, leftMs);
  }

  private taken(count: number, leftMs: number): Taken {
    const { tries } = this.bound;
    const resetMs = Math.max(leftMs, 1);
    return { limit: this.bound, left: Math.max(0, tries - count), resetMs, waitMs: count > tries ? resetMs : 0 };
  }

  /** Whoever reads the store learns neither names nor addresses, and no key is longer than another. */
  private storedKey(key: string): string {
    return `${this.name}:${createHash('sha256').update(key).digest('base64url')}`;
  }
}
