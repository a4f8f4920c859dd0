const firstPauseMs = 2_000;
const longestPauseMs = 600_000;
/** More of them would make the question itself long. The oldest are forgotten, and asked for again. */
const most = 10_000;

/**
 * What could not be ended a moment ago: it is left out for a while, then longer and longer, so that what cannot be ended at all does not
 * keep everything else from being found.
 */
export class SetAside {
  private readonly entries = new Map<string, { readonly until: number; readonly pauseMs: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  add(id: string): void {
    const pauseMs = Math.min((this.entries.get(id)?.pauseMs ?? firstPauseMs / 2) * 2, longestPauseMs);
    this.entries.delete(id);
    this.entries.set(id, { until: this.now() + pauseMs, pauseMs });
    const [oldest] = this.entries.keys();
    if (this.entries.size > most && oldest !== undefined) this.entries.delete(oldest);
  }

  remove(id: string): void {
    this.entries.delete(id);
  }

  /** Those that are left out now. */
  ids(): string[] {
    const now = this.now();
    // What nobody has found again for so long has ended.
    for (const [id, { until }] of this.entries) if (until + longestPauseMs < now) this.entries.delete(id);
    return [...this.entries].filter(([, { until }]) => until > now).map(([id]) => id);
  }
}
