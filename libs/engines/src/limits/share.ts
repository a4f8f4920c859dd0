/**
 * What a build may take beside others of something that all share: so many bytes at once, and so many a second in the long run.
 * One that has taken more waits until all of it has been paid with time.
 */
export class Share {
  private owedBytes = 0;
  private sinceMs = 0;
  private spent = false;

  constructor(private readonly of: { readonly freeBytes: number; readonly bytesPerSecond: number }) {}

  take(bytes: number, nowMs: number): void {
    this.pay(nowMs);
    this.owedBytes += bytes;
  }

  /** A build that nobody is beside owes nothing. */
  isSpent(nowMs: number, hasNeighbours: boolean): boolean {
    this.pay(nowMs);
    if (!hasNeighbours) this.owedBytes = 0;
    this.spent = this.owedBytes > (this.spent ? 0 : this.of.freeBytes);
    return this.spent;
  }

  /** Whether more may be taken now. */
  hasRoom(nowMs: number): boolean {
    this.pay(nowMs);
    return this.owedBytes <= this.of.freeBytes;
  }

  private pay(nowMs: number): void {
    this.owedBytes = Math.max(0, this.owedBytes - ((nowMs - this.sinceMs) / 1_000) * this.of.bytesPerSecond);
    this.sinceMs = nowMs;
  }
}
