/**
 * Bytes of a body in one piece of memory, however they arrive. Node makes an object of some 480 bytes of each chunk, also
 * of one byte, so a list of chunks holds a multiple of the bytes that a limit counts (R13B-1).
 */
export class GrowingBuffer {
  private bytes = Buffer.alloc(0);
  private used = 0;

  /** @param expectedBytes the most that comes: what grows does not grow beyond it without need */
  constructor(private readonly expectedBytes: number) {}

  get length(): number {
    return this.used;
  }

  /** Bytes of memory that it takes: at most twice its length. */
  get heldBytes(): number {
    return this.bytes.length;
  }

  /** Copies a part to the end. The part itself is not kept. */
  add(part: Uint8Array): void {
    const needed = this.used + part.length;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(2 * this.bytes.length, this.expectedBytes)));
      this.bytes.copy(larger, 0, 0, this.used);
      this.bytes = larger;
    }
    this.bytes.set(part, this.used);
    this.used = needed;
  }

  /** All bytes so far, without a copy. */
  toBuffer(): Buffer {
    return this.bytes.subarray(0, this.used);
  }
}
