const staleMs = 30 * 86_400_000;
const shownAtOnce = 5;

/** Not pushed for a month. */
export function isStale(pushedAt: string, nowMs: number): boolean {
  return nowMs - Date.parse(pushedAt) > staleMs;
}

export function shownBranches<T>(branches: readonly T[]): { first: readonly T[]; more: readonly T[] } {
  return { first: branches.slice(0, shownAtOnce), more: branches.slice(shownAtOnce) };
}

interface Recent {
  readonly number: number;
  readonly status: string;
  readonly tookMs: number | null;
  readonly steps: number | null;
  readonly reusedSteps: number | null;
}

/** The share of reused steps of builds that have told of their steps, in whole percent; null where none has. */
export function reusedPercent(builds: readonly Recent[]): number | null {
  const told = builds.filter(({ steps }) => steps !== null);
  const steps = told.reduce((sum, build) => sum + (build.steps ?? 0), 0);
  if (steps === 0) return null;
  return Math.round((told.reduce((sum, build) => sum + (build.reusedSteps ?? 0), 0) / steps) * 100);
}

/** The median time of green builds in milliseconds; null where none was green. */
export function medianMs(builds: readonly Recent[]): number | null {
  const times = builds
    .flatMap(({ status, tookMs }) => (status === 'succeeded' && tookMs !== null ? [tookMs] : []))
    .toSorted((a, b) => a - b);
  return times[Math.floor((times.length - 1) / 2)] ?? null;
}
