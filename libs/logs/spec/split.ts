/** Cuts bytes at the given positions; positions outside and repeated ones make no or empty parts. */
export function split(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const inside = positions.filter((position) => position <= bytes.length).toSorted((one, other) => one - other);
  return [0, ...inside].map((start, index) => bytes.subarray(start, inside[index] ?? bytes.length));
}
