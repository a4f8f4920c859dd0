import { zstdDecompressSync } from 'node:zlib';
import type { StoredChunk } from './ports.js';

/** Room behind the last byte, without which the decoder asks for a second buffer to learn that nothing comes. */
const roomBytes = 64;

/**
 * The encoded entries of a stored chunk. At once: a chunk is 64 KiB, which takes less time than to hand it to a thread and back.
 * @throws {Error} when they are more than the chunk says, or no zstd frame.
 */
export function unpackChunk({ payload, entriesBytes }: StoredChunk): Uint8Array {
  return zstdDecompressSync(payload, {
    chunkSize: entriesBytes + roomBytes,
    maxOutputLength: Math.max(1, entriesBytes),
  });
}
