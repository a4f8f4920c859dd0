import { logEntriesWithin, spanOfLogEntries } from '@cooperage/domain';
import type { ChunkStore } from '../ports.js';
import type { LogFrame } from './log-frame.js';
import { readFrames } from './read-frames.js';

export interface LogRange {
  /** Encoded entries. */
  readonly bytes: Uint8Array;
  /** Where the next range begins. */
  readonly nextN: number;
  /** The log has ended, and this range holds its last entry. */
  readonly complete: boolean;
  /** More was stored already when this was read; what was stored since is not counted. */
  readonly more: boolean;
}

/**
 * A part of a stored log: entries of about `maxBytes`, but at least one entry when there is one. Chunks are handed on as they are
 * stored; only the first one is cut, and one that is larger than that by itself. To decode and encode them would take as long
 * as a log has entries, of which a MiB may have two hundred thousand.
 */
export async function readRange(
  store: ChunkStore,
  attemptId: string,
  fromN: number,
  maxBytes: number,
): Promise<LogRange> {
  // The tail comes first: what is complete now gets no entries between the two calls.
  const tail = await store.tail(attemptId);
  const frames = fitting(await readFrames(store, attemptId, fromN, maxBytes), maxBytes);
  const nextN = frames.at(-1)?.nextN ?? fromN;
  const bytes = Buffer.concat(frames.map((frame) => frame.bytes));
  return { bytes, nextN, complete: tail.complete && nextN >= tail.nextN, more: nextN < tail.nextN };
}

/** The archive gives no more than was asked for, except of a single chunk. */
function fitting(frames: readonly LogFrame[], maxBytes: number): readonly LogFrame[] {
  const [first] = frames;
  if (!first || frames.length > 1 || first.bytes.length <= maxBytes) return frames;
  const bytes = logEntriesWithin(first.bytes, maxBytes, 2 * maxBytes);
  return bytes === first.bytes ? frames : [{ ...spanOfLogEntries(bytes)!, bytes }];
}
