import { createHash, createHmac } from 'node:crypto';
import { type Sliced, sliceBytes } from '../slices.js';

interface Hashing {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** HMAC-SHA256 of the joined `parts` by each key, in one pass over the bytes. */
export function* hmacsOf(keys: readonly Uint8Array[], parts: readonly Uint8Array[]): Sliced<Uint8Array[]> {
  return yield* hashed(
    keys.map((key) => createHmac('sha256', key)),
    parts,
  );
}

export function* sha256Of(bytes: Uint8Array): Sliced<Uint8Array> {
  const [hash] = yield* hashed([createHash('sha256')], [bytes]);
  return hash!;
}

/** Several hashes at once make the slices shorter: what counts is how many bytes go through a hash without a pause. */
function* hashed(hashes: readonly Hashing[], parts: readonly Uint8Array[]): Sliced<Uint8Array[]> {
  const step = Math.ceil((2 * sliceBytes) / Math.max(1, hashes.length));
  let pending = 0;
  for (const part of parts)
    for (let at = 0; at < part.length; at += step) {
      if (pending >= step) {
        yield;
        pending = 0;
      }
      const slice = part.subarray(at, at + step);
      for (const hash of hashes) hash.update(slice);
      pending += slice.length;
    }
  return hashes.map((hash) => hash.digest());
}
