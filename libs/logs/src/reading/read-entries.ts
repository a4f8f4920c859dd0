import { eachLogEntry, type LogEntry } from '@cooperage/domain';
import type { ChunkStore } from '../ports.js';
import { readFrames } from './read-frames.js';

const readAheadBytes = 262_144;

/**
 * All entries that the archive holds when this is called, from `fromN` on. Reads on only as fast as they are taken, so
 * a log of any size needs little memory.
 */
export async function* readEntries(store: ChunkStore, attemptId: string, fromN = 0): AsyncGenerator<LogEntry> {
  const { nextN: end } = await store.tail(attemptId);
  for (let n = fromN; n < end; ) {
    const frames = await readFrames(store, attemptId, n, readAheadBytes);
    if (frames.length === 0) return;
    for (const frame of frames) {
      for (const entry of eachLogEntry(frame.bytes)) if (entry.n < end) yield entry;
      n = frame.nextN;
    }
  }
}
