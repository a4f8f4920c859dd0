const mostFloorBytes = 4 * 1024 ** 3;
const floorPart = 0.05;

/** Bytes that have to stay free on a disk of `totalBytes`: 5 % of it, at most 4 GiB. */
export function diskFloorBytes(totalBytes: number): number {
  return Math.min(mostFloorBytes, totalBytes * floorPart);
}
