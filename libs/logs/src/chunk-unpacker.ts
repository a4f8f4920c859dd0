import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type { StoredChunk } from './ports.js';

const decompress = promisify(zstdDecompress);

/** The encoded entries of a stored chunk. Rejects when they are more than the chunk says, or no zstd frame. */
export async function unpackChunk(chunk: StoredChunk): Promise<Uint8Array> {
  return decompress(chunk.payload, { maxOutputLength: Math.max(1, chunk.entriesBytes) });
}
