/** Counts the text of a log and lets through no more than `limitBytes` of it. */
export class OutputLimit {
  private passedBytes: number;
  private dropped = 0;

  constructor(
    readonly limitBytes: number,
    alreadyPassedBytes = 0,
  ) {
    this.passedBytes = alreadyPassedBytes;
  }

  /** Bytes that were not let through. */
  get droppedBytes(): number {
    return this.dropped;
  }

  /** The beginning of `bytes` that still fits. */
  admit(bytes: Uint8Array): Uint8Array {
    const room = Math.max(0, this.limitBytes - this.passedBytes);
    const admitted = bytes.length <= room ? bytes : bytes.subarray(0, room);
    this.passedBytes += admitted.length;
    this.dropped += bytes.length - admitted.length;
    return admitted;
  }
}
