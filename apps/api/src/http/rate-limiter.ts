import { addressGroup } from './client-address.js';

export interface RateLimit {
  /** Most tries within the window. */
  readonly tries: number;
  readonly windowMs: number;
}

interface Count {
  tries: number;
  readonly endsAtMs: number;
}

/**
 * Counts tries by key in fixed windows, in this process's memory. Bounded: beyond `maxKeys` the oldest window is
 * forgotten, so that an attacker with many addresses costs no memory. A key that is an address counts as `addressGroup` says.
 */
export class RateLimiter {
  private readonly counts = new Map<string, Count>();

  constructor(
    private readonly limit: RateLimit,
    private readonly nowMs: () => number = Date.now,
    private readonly maxKeys = 50_000,
  ) {}

  /**
   * Counts one try. @returns 0 when it may go on, else the milliseconds until it may.
   * @param weight as how many tries it counts
   */
  take(key: string, weight = 1): number {
    const now = this.nowMs();
    const count = this.current(addressGroup(key), now);
    count.tries += weight;
    return count.tries > this.limit.tries ? count.endsAtMs - now : 0;
  }

  /** Milliseconds until the next try may go on; 0 now. Counts nothing. */
  waitMs(key: string): number {
    const now = this.nowMs();
    const count = this.counts.get(addressGroup(key));
    return count && count.endsAtMs > now && count.tries >= this.limit.tries ? count.endsAtMs - now : 0;
  }

  /** Tries of the present window, and the milliseconds until it ends. Counts nothing. */
  standing(key: string): { readonly count: number; readonly leftMs: number } {
    const now = this.nowMs();
    const count = this.counts.get(addressGroup(key));
    if (!count || count.endsAtMs <= now) return { count: 0, leftMs: this.limit.windowMs };
    return { count: count.tries, leftMs: count.endsAtMs - now };
  }

  forget(key: string): void {
    this.counts.delete(addressGroup(key));
  }

  private current(key: string, now: number): Count {
    const known = this.counts.get(key);
    if (known && known.endsAtMs > now) return known;
    this.counts.delete(key);
    const oldest = this.counts.size >= this.maxKeys ? this.counts.keys().next() : undefined;
    if (oldest && !oldest.done) this.counts.delete(oldest.value);
    const fresh = { tries: 0, endsAtMs: now + this.limit.windowMs };
    this.counts.set(key, fresh);
    return fresh;
  }
}
