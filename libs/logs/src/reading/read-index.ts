import { DeltaSum, inTurns, type LineDelta, type Sliced } from '@cooperage/domain';
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
  const segments = await inTurns(joinChunks(uncounted === -1 ? chunks : chunks.slice(0, uncounted)));
  const nextN = segments.at(-1)?.nextN ?? 0;
  return { segments, nextN, complete: tail.complete && nextN >= tail.nextN };
}

/** Work that grows with the number of chunks, and lets go after each of them. */
export function* joinChunks(chunks: readonly IndexedChunk[]): Sliced<LogSegment[]> {
  const total = chunks.reduce((sum, { entriesBytes }) => sum + entriesBytes, 0);
  const most = Math.max(segmentBytes, total / mostSegments);
  const segments: LogSegment[] = [];
  let open: { firstN: number; nextN: number; bytes: number; sum: DeltaSum } | undefined;
  const close = (): void => {
    if (open)
      segments.push({ firstN: open.firstN, nextN: open.nextN, bytes: open.bytes, lineDeltas: open.sum.deltas() });
  };
  for (const { firstN, lastN, entriesBytes, lineDeltas } of chunks) {
    yield;
    if (open && open.bytes + entriesBytes <= most) {
      open.nextN = lastN + 1;
      open.bytes += entriesBytes;
      open.sum.add(lineDeltas ?? []);
    } else {
      close();
      open = { firstN, nextN: lastN + 1, bytes: entriesBytes, sum: new DeltaSum(lineDeltas ?? []) };
    }
  }
  close();
  return segments;
}
