import { inTurns, type Sliced } from '@cooperage/domain';
import { unpackChunk } from '../chunk-unpacker.js';
import type { ChunkStore, StoredChunk } from '../ports.js';
import { frameFrom, type LogFrame } from './log-frame.js';

/**
 * What the archive holds from `fromN` on, as frames in ascending order: about `limitBytes` of encoded entries, but at
 * least one frame when there is one.
 */
export async function readFrames(
  store: ChunkStore,
  attemptId: string,
  fromN: number,
  limitBytes: number,
): Promise<LogFrame[]> {
  const chunks = await store.range(attemptId, fromN, limitBytes);
  return inTurns(framesOf(chunks, fromN));
}

function* framesOf(chunks: readonly StoredChunk[], fromN: number): Sliced<LogFrame[]> {
  const frames: LogFrame[] = [];
  for (const chunk of chunks) {
    const frame = frameOfChunk(chunk, fromN);
    if (frame) frames.push(frame);
    yield;
  }
  return frames;
}

function frameOfChunk(chunk: StoredChunk, fromN: number): LogFrame | undefined {
  const bytes = unpackChunk(chunk);
  return frameFrom({ firstN: chunk.firstN, nextN: chunk.lastN + 1, bytes }, fromN);
}
