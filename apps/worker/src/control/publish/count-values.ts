import type { Sliced } from '@cooperage/domain';

const [quote, backslash] = [0x22, 0x5c];
/** Each stands before a value, or behind a key. */
const marks = new Set(Buffer.from(',:[{'));
/** Bytes that are read before others may have their turn. */
const bytesInSlice = 256 * 1024;

/**
 * How many values and keys a JSON text has, read without a parser: each of them is an object in memory, whatever its length.
 * Stops when there are more than `most`. A text that is no JSON gives a number too.
 */
export function* countValues(bytes: Uint8Array, most: number): Sliced<number> {
  let [count, isText] = [0, false];
  for (let at = 0; at < bytes.length && count <= most; at++) {
    if (at % bytesInSlice === bytesInSlice - 1) yield;
    const byte = bytes[at]!;
    if (isText) {
      if (byte === backslash) at++;
      else if (byte === quote) isText = false;
    } else if (byte === quote) isText = true;
    else if (marks.has(byte)) count++;
  }
  return count;
}
