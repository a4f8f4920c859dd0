import { joinDeltas, type LineDelta } from '@cooperage/domain';
import type { ChunkStore, IndexedChunk } from '../ports.js';

/** A run of entries that is read as one. */
export interface LogSegment {
  readonly firstN: number;
  /** Behind its last entry. */
  readonly nextN: number;
  /** Encoded entries before compression. */
  readonly bytes: number;
  readonly lineDeltas: readonly LineDelta[];
}

export interface LogIndex {
  readonly segments: readonly LogSegment[];
  /** Behind the last segment. What comes after it has to be read to be counted. */
  readonly nextN: number;
  /** The log has ended, and the index covers all of it. */
  readonly complete: boolean;
}

/** A segment has about this many bytes, or a share of the log when that would make too many of them. */
const segmentBytes = 65_536;
const mostSegments = 2_048;
const mostChunks = 65_536;

/** Where the lines of a log are: a few bytes for each 64 KiB, so that any line is found without reading what is before it. */
export async function readIndex(store: ChunkStore, attemptId: string): Promise<LogIndex> {
  // The tail comes first: what is complete now gets no chunks between the two calls.
  const tail = await store.tail(attemptId);
  const chunks = await store.index(attemptId, mostChunks);
  const uncounted = chunks.findIndex(({ lineDeltas }) => lineDeltas === null);
  const segments = joinChunks(uncounted === -1 ? chunks : chunks.slice(0, uncounted));
  const nextN = segments.at(-1)?.nextN ?? 0;
  return { segments, nextN, complete: tail.complete && nextN >= tail.nextN };
}

function joinChunks(chunks: readonly IndexedChunk[]): LogSegment[] {
  const total = chunks.reduce((sum, { entriesBytes }) => sum + entriesBytes, 0);
  const most = Math.max(segmentBytes, total / mostSegments);
  const segments: LogSegment[] = [];
  for (const { firstN, lastN, entriesBytes, lineDeltas } of chunks) {
    const chunk = { firstN, nextN: lastN + 1, bytes: entriesBytes, lineDeltas: lineDeltas ?? [] };
    const last = segments.at(-1);
    if (last && last.bytes + chunk.bytes <= most) segments[segments.length - 1] = joined(last, chunk);
    else segments.push(chunk);
  }
  return segments;
}

function joined(one: LogSegment, other: LogSegment): LogSegment {
  return {
    firstN: one.firstN,
    nextN: other.nextN,
    bytes: one.bytes + other.bytes,
    lineDeltas: joinDeltas(one.lineDeltas, other.lineDeltas),
  };
}
