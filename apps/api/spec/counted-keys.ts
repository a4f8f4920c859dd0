import type { CountStore } from '../src/http/shared-rate-limits.js';

/** Counts, and remembers every key that it was ever asked to hold. */
export class CountedKeys implements CountStore {
  readonly counts = new Map<string, number>();

  async add(key: string, windowMs: number) {
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return { count, leftMs: windowMs };
  }

  async forget() {}
}
