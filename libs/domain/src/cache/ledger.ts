/** What caches cost and saved over some builds. Times are milliseconds of steps and of the registry, sizes are bytes. */
export interface CacheLedger {
  /** Builds that were counted. */
  readonly builds: number;
  readonly savedMs: number;
  readonly ranMs: number;
  readonly importMs: number;
  readonly importBytes: number;
  readonly exportMs: number;
  readonly exportBytes: number;
}

export const emptyLedger: CacheLedger = {
  ...{ builds: 0, savedMs: 0, ranMs: 0 },
  ...{ importMs: 0, importBytes: 0, exportMs: 0, exportBytes: 0 },
};

export function sumLedgers(ledgers: readonly CacheLedger[]): CacheLedger {
  return ledgers.reduce(
    (sum, each) => ({
      builds: sum.builds + each.builds,
      savedMs: sum.savedMs + each.savedMs,
      ranMs: sum.ranMs + each.ranMs,
      importMs: sum.importMs + each.importMs,
      importBytes: sum.importBytes + each.importBytes,
      exportMs: sum.exportMs + each.exportMs,
      exportBytes: sum.exportBytes + each.exportBytes,
    }),
    emptyLedger,
  );
}

/** Saved of all, by time, from 0 to 1; null where nothing was saved and nothing ran. */
export function savedShare({ savedMs, ranMs }: Pick<CacheLedger, 'savedMs' | 'ranMs'>): number | null {
  return savedMs + ranMs === 0 ? null : savedMs / (savedMs + ranMs);
}

/** What is left of the savings when the registry's part is paid, in milliseconds; negative where a cache costs more than it saves. */
export function netMs({ savedMs, importMs, exportMs }: CacheLedger): number {
  return savedMs - importMs - exportMs;
}

export interface CacheTrend {
  /** Shares of the first and of the second half of the days; null where a half says nothing. */
  readonly before: number | null;
  readonly now: number | null;
  readonly direction: 'better' | 'worse' | 'same' | 'unknown';
}

/** Less than this many hundredths of the time is chance. */
const smallest = 0.05;

/** @param days the oldest first */
export function cacheTrend(days: readonly CacheLedger[]): CacheTrend {
  const half = Math.ceil(days.length / 2);
  const before = savedShare(sumLedgers(days.slice(0, half)));
  const now = savedShare(sumLedgers(days.slice(half)));
  if (before === null || now === null) return { before, now, direction: 'unknown' };
  const change = now - before;
  const direction = Math.abs(change) < smallest ? 'same' : change > 0 ? 'better' : 'worse';
  return { before, now, direction };
}
