import { type CacheLedger, savedShare, sumLedgers } from './ledger.js';

/** The day from which on a cache saved another part of the time than before. */
export interface CacheShift {
  /** In UTC, `2026-11-12`. */
  readonly day: string;
  /** Saved of all, by time: of the days before, and of that day and those after it. */
  readonly before: number;
  readonly now: number;
}

/** So many builds on either side; fewer say nothing. */
const enoughBuilds = 5;
/** A smaller change of the share is chance. */
const smallest = 0.15;

/**
 * Where the share changed most, weighed by how many builds stand on either side: two groups that differ much, of which neither
 * is a handful.
 * @param days the oldest first
 */
export function cacheShift(days: readonly (CacheLedger & { readonly day: string })[]): CacheShift | null {
  let best: (CacheShift & { readonly weight: number }) | null = null;
  for (const [at, { day, builds }] of days.entries()) {
    if (builds === 0) continue;
    const [earlier, later] = [sumLedgers(days.slice(0, at)), sumLedgers(days.slice(at))];
    const [before, now] = [savedShare(earlier), savedShare(later)];
    if (before === null || now === null || Math.min(earlier.builds, later.builds) < enoughBuilds) continue;
    const weight =
      Math.abs(now - before) * Math.sqrt((earlier.builds * later.builds) / (earlier.builds + later.builds));
    if (Math.abs(now - before) >= smallest && weight > (best?.weight ?? 0)) best = { day, before, now, weight };
  }
  return best && { day: best.day, before: best.before, now: best.now };
}
