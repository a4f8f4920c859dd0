/** Of a disk or memory, bytes. */
export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** The part that must stay free: with less, a build is likely to fail for want of room before anybody looks. */
const partToKeepFree = 1 / 12;

/** Whether somebody should make room. Where the size is not known nothing is said. */
export function isNearlyFull({ freeBytes, totalBytes }: Space): boolean {
  return totalBytes > 0 && freeBytes < totalBytes * partToKeepFree;
}
