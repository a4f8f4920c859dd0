/**
 * Failures in a row, by what failed. The outbox counts how often work was taken, also for good reasons, so it cannot tell. They are held
 * in memory: a control that starts counts from nothing, and the outbox counts what ends control.
 */
export class Failures {
  private readonly counts = new Map<string, number>();

  /** @returns how many there are now, with this one */
  add(what: string): number {
    const count = (this.counts.get(what) ?? 0) + 1;
    this.counts.set(what, count);
    return count;
  }

  /** It succeeded, or is not tried any more. */
  forget(what: string): void {
    this.counts.delete(what);
  }
}
