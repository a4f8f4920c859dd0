const byteaOid = 17;
const nullLength = -1;

/**
 * An array of bytes as PostgreSQL receives it in binary (`array_recv`). As text each byte is two letters that both sides have to
 * write and read, which cost more than all else of a webhook's row.
 */
export function byteaArray(values: readonly (Uint8Array | null)[]): Buffer {
  const size = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), 20);
  const array = Buffer.allocUnsafe(size);
  // One dimension, whether there are nulls, the type of the elements, how many, and the number of the first one.
  let at = array.writeInt32BE(1, 0);
  at = array.writeInt32BE(values.includes(null) ? 1 : 0, at);
  at = array.writeInt32BE(byteaOid, at);
  at = array.writeInt32BE(values.length, at);
  at = array.writeInt32BE(1, at);
  for (const value of values) {
    at = array.writeInt32BE(value?.length ?? nullLength, at);
    if (value === null) continue;
    array.set(value, at);
    at += value.length;
  }
  return array;
}
