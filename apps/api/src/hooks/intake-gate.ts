/** Webhook calls under way in this process, bounded in number and in bytes, so that a flood is refused and not stored. */
export class IntakeGate {
  private calls = 0;
  private bytes = 0;

  /** @param maxBytes most bytes of bodies that are being received or handled at once. */
  constructor(
    private readonly maxCalls: number,
    private readonly maxBytes: number,
  ) {}

  /**
   * Lets a call in. @param bytes its length, or the most that it may have where it does not say.
   * @returns the function to call once when it is over; null when it has to be refused.
   */
  enter(bytes: number): (() => void) | null {
    if (this.calls >= this.maxCalls || this.bytes + bytes > this.maxBytes) return null;
    this.calls++;
    this.bytes += bytes;
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.calls--;
      this.bytes -= bytes;
    };
  }
}
