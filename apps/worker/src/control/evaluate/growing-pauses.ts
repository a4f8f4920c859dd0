const firstPauseMs = 2_000;
const longestPauseMs = 3 * 60_000;
/** Most keys in memory. The pauses of a key that was dropped begin anew. */
const maxKeys = 10_000;

/** Pauses between the tries of a delivery that waits for this installation itself. They double with each one in a row, up to three minutes. */
export class GrowingPauses {
  private readonly inARow = new Map<string, number>();

  /** Whether its last try was followed by a pause. */
  has(key: string): boolean {
    return this.inARow.has(key);
  }

  /** @returns the next pause, in milliseconds */
  next(key: string): number {
    const inARow = (this.inARow.get(key) ?? 0) + 1;
    this.inARow.delete(key);
    this.inARow.set(key, inARow);
    if (this.inARow.size > maxKeys) this.inARow.delete(this.inARow.keys().next().value!);
    return Math.min(longestPauseMs, firstPauseMs * 2 ** (inARow - 1));
  }

  /** Begins the pauses of a key anew. */
  reset(key: string): void {
    this.inARow.delete(key);
  }
}
