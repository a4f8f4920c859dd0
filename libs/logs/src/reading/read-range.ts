import { eachLogEntry, type LogEntry } from '@cooperage/domain';
import type { ChunkStore } from '../ports.js';
import type { LogFrame } from './log-frame.js';
import { readFrames } from './read-frames.js';

/** What an entry costs beside its data: some hundred thousand entries of a byte must not pass for a hundred KB. */
const entryOverheadBytes = 64;
/** With that, so many times the bytes that are wanted. Entries of a few words are cut by their bytes alone. */
const mostHeld = 4;

export interface LogRange {
  readonly entries: readonly LogEntry[];
  /** Where the next range begins. */
  readonly nextN: number;
  /** The log has ended, and this range holds its last entry. */
  readonly complete: boolean;
  /** More was stored already when this was read; what was stored since is not counted. */
  readonly more: boolean;
}

/** A part of a stored log: entries of about `maxBytes` data, but at least one entry when there is one. */
export async function readRange(
  store: ChunkStore,
  attemptId: string,
  fromN: number,
  maxBytes: number,
): Promise<LogRange> {
  // The tail comes first: what is complete now gets no entries between the two calls.
  const tail = await store.tail(attemptId);
  const frames = await readFrames(store, attemptId, fromN, maxBytes);
  const entries = fitting(frames, maxBytes);
  const nextN = (entries.at(-1)?.n ?? fromN - 1) + 1;
  return { entries, nextN, complete: tail.complete && nextN >= tail.nextN, more: nextN < tail.nextN };
}

function fitting(frames: readonly LogFrame[], maxBytes: number): LogEntry[] {
  const entries: LogEntry[] = [];
  let bytes = 0;
  for (const frame of frames) {
    for (const entry of eachLogEntry(frame.bytes)) {
      bytes += entry.data.length;
      const heldBytes = bytes + (entries.length + 1) * entryOverheadBytes;
      if (entries.length > 0 && (bytes > maxBytes || heldBytes > mostHeld * maxBytes)) return entries;
      entries.push(entry);
    }
  }
  return entries;
}
