/** Bytes of a live frame. An honest batch has at most some 150,000: two entries of 16 KB, or as many of a byte as make the first. */
export const mostFrameBytes = 262_144;
/** Of the frames of one attempt. A build seldom prints as much. */
const mostBytesInSecond = 8_388_608;
/** What a frame counts beside its bytes: many small ones cost as much as a few large ones. A writer sends some 130 in a second. */
const frameBytes = 4_096;

/**
 * Says which live frames of one attempt are read. Builders may send what they like, as much as they like, and each frame is copied,
 * walked through and packed in one go. What is not read here is read from the archive (R17C-7).
 */
export class FrameBudget {
  private windowEndsMs = 0;
  private windowBytes = 0;

  /** @returns false for a frame that is not to be read */
  take({ length }: Uint8Array): boolean {
    if (length > mostFrameBytes) return false;
    const nowMs = performance.now();
    if (nowMs >= this.windowEndsMs) {
      this.windowEndsMs = nowMs + 1_000;
      this.windowBytes = 0;
    }
    this.windowBytes += frameBytes + length;
    return this.windowBytes <= mostBytesInSecond;
  }
}
