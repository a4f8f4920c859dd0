/** A stretch of time, milliseconds on any one clock. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How much of `span` is covered by the intervals, each moment counted once however many lie over it. */
export function coveredMs(span: Interval, intervals: readonly Interval[]): number {
  const inside = intervals
    .map(({ fromMs, toMs }) => ({ fromMs: Math.max(fromMs, span.fromMs), toMs: Math.min(toMs, span.toMs) }))
    .filter(({ fromMs, toMs }) => toMs > fromMs)
    .sort((a, b) => a.fromMs - b.fromMs);
  let covered = 0;
  let reached = span.fromMs;
  for (const { fromMs, toMs } of inside) {
    covered += Math.max(0, toMs - Math.max(fromMs, reached));
    reached = Math.max(reached, toMs);
  }
  return covered;
}
