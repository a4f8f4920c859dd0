import { zstdDecompressSync } from 'node:zlib';
import type { StoredChunk } from './ports.js';

/** Room behind the last byte, without which the decoder asks for a second buffer to learn that nothing comes. */
const roomBytes = 64;

/** Entries of the largest chunk that is read. A writer's are 64 KiB, and once were few MiB under load; a taken-over builder's may be 32 MiB. */
const mostBytes = 8_388_608;

/**
 * The encoded entries of a stored chunk. At once: a chunk is 64 KiB, which takes less time than to hand it to a thread and back.
 * @throws {Error} when they are more than the chunk says, or no zstd frame, or when the chunk says more than any can be.
 */
export function unpackChunk({ payload, entriesBytes }: StoredChunk): Uint8Array {
  if (entriesBytes > mostBytes) throw new RangeError(`a chunk of a log says that it has ${entriesBytes} bytes`);
  return zstdDecompressSync(payload, {
    chunkSize: entriesBytes + roomBytes,
    maxOutputLength: Math.max(1, entriesBytes),
  });
}
