/** Most keys in memory. What was counted of a key that was dropped begins anew. */
const maxKeys = 10_000;

/** How often something has failed without a success in between, and since when. */
export interface Faults {
  readonly attempts: number;
  readonly ageMs: number;
}

/**
 * Counts the faults of each publication since its last success. What it waited for before, its turn or the database, is none (R15B-3). A
 * process that was started anew begins to count anew.
 */
export class FaultsInARow {
  private readonly counted = new Map<string, { readonly sinceMs: number; attempts: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  note(key: string): Faults {
    const known = this.counted.get(key) ?? { sinceMs: this.now(), attempts: 0 };
    known.attempts++;
    this.counted.delete(key);
    this.counted.set(key, known);
    if (this.counted.size > maxKeys) this.counted.delete(this.counted.keys().next().value!);
    return { attempts: known.attempts, ageMs: this.now() - known.sinceMs };
  }

  reset(key: string): void {
    this.counted.delete(key);
  }
}
