/**
 * The addresses that this process has put into the store within a window. Strangers choose among more of them than the store has room for,
 * and it serves the queues as well. None gives way to another: what was let in is in the store until its window ends.
 */
export class StoredAddresses {
  /** When the window of an address ends, the first to end first. */
  private readonly ends = new Map<string, number>();

  constructor(
    private readonly most: number,
    private readonly windowMs: number,
    private readonly nowMs: () => number,
  ) {}

  /** @returns whether the address may be counted in the store. */
  admit(address: string): boolean {
    const now = this.nowMs();
    for (const [ended, endsAtMs] of this.ends) {
      if (endsAtMs > now) break;
      this.ends.delete(ended);
    }
    if (this.ends.has(address)) return true;
    if (this.ends.size >= this.most) return false;
    this.ends.set(address, now + this.windowMs);
    return true;
  }
}
