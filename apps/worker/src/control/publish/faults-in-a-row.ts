/** Most keys in memory. What was counted of a key that was dropped begins anew. */
const maxKeys = 10_000;

/** What passes between two faults beyond this was spent waiting for a turn, milliseconds: pauses between tries are shorter. */
const longestGapMs = 60_000;

/** How often something has failed without a success in between, and for how long. */
export interface Faults {
  readonly attempts: number;
  readonly ageMs: number;
}

/**
 * Counts the faults of each publication since its last success. What it waited for before, its turn or the database, is none (R15B-3). A
 * process that was started anew begins to count anew.
 */
export class FaultsInARow {
  private readonly counted = new Map<string, { readonly lastMs: number; readonly faults: Faults }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  note(key: string): Faults {
    const nowMs = this.now();
    const before = this.counted.get(key);
    const gapMs = before === undefined ? 0 : Math.min(longestGapMs, nowMs - before.lastMs);
    const { attempts, ageMs } = before?.faults ?? { attempts: 0, ageMs: 0 };
    const faults = { attempts: attempts + 1, ageMs: ageMs + gapMs };
    this.counted.delete(key);
    this.counted.set(key, { lastMs: nowMs, faults });
    if (this.counted.size > maxKeys) this.counted.delete(this.counted.keys().next().value!);
    return faults;
  }

  reset(key: string): void {
    this.counted.delete(key);
  }
}
