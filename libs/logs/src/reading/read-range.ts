import { decodeLogEntries, type LogEntry } from '@cooperage/domain';
import type { ChunkStore } from '../ports.js';
import { readFrames } from './read-frames.js';

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
  const entries = fitting(
    frames.flatMap(({ bytes }) => decodeLogEntries(bytes)),
    maxBytes,
  );
  const nextN = (entries.at(-1)?.n ?? fromN - 1) + 1;
  return { entries, nextN, complete: tail.complete && nextN >= tail.nextN, more: nextN < tail.nextN };
}

function fitting(entries: readonly LogEntry[], maxBytes: number): readonly LogEntry[] {
  let bytes = 0;
  const end = entries.findIndex(({ data }, index) => {
    bytes += data.length;
    return bytes > maxBytes && index > 0;
  });
  return end === -1 ? entries : entries.slice(0, end);
}
