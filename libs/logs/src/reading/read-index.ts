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

/** A segment has about this many bytes, and twice as many whenever there would be too many segments or deltas. */
const segmentBytes = 65_536;
const mostSegments = 2_048;
/** Steps that print side by side are in every segment: some MiB of an answer. */
const mostDeltas = 100_000;
const mostChunks = 65_536;
/** What a chunk adds to the lines of its steps may be as large as the chunk, so what is read at once is bounded in bytes too. */
const chunksAtOnce = 1_024;
const countBytesAtOnce = 4_194_304;
/** No honest log has so many, however they are joined. An index ends before more of them. */
const mostKeptDeltas = 300_000;

/** Where the lines of a log are: a few bytes for each 64 KiB, so that any line is found without reading what is before it. */
export async function readIndex(store: ChunkStore, attemptId: string): Promise<LogIndex> {
  // The tail comes first: what is complete now gets no chunks between the calls.
  const tail = await store.tail(attemptId);
  const joiner = new ChunkJoiner();
  for (let [fromN, read, atOnce] = [0, 0, chunksAtOnce]; read < mostChunks; ) {
    const chunks = await store.index(attemptId, fromN, atOnce, countBytesAtOnce);
    if (chunks.length === 0) break;
    // The store measures all that it is asked for, so it is asked for about what fits.
    atOnce = Math.min(chunksAtOnce, Math.ceil(chunks.length * 1.5) + 16);
    const uncounted = chunks.findIndex(({ lineDeltas }) => lineDeltas === null);
    await inTurns(joiner.add(uncounted === -1 ? chunks : chunks.slice(0, uncounted)));
    fromN = chunks.at(-1)!.lastN + 1;
    if (uncounted !== -1 || joiner.isFull || fromN >= tail.nextN) break;
    read += chunks.length;
  }
  const segments = await inTurns(joiner.segments());
  const nextN = segments.at(-1)?.nextN ?? 0;
  return { segments, nextN, complete: tail.complete && nextN >= tail.nextN };
}

interface OpenSegment {
  readonly firstN: number;
  nextN: number;
  bytes: number;
  readonly sum: DeltaSum;
}

/** Joins chunks that follow each other to a bounded number of segments, whatever they hold. */
export class ChunkJoiner {
  private joined: OpenSegment[] = [];
  private most = segmentBytes;
  /** Deltas of all segments but the last one, and how many are too many. */
  private deltas = 0;
  private mostDeltas = mostDeltas;

  /** It takes no more. */
  get isFull(): boolean {
    return this.deltas > mostKeptDeltas;
  }

  /** Work that grows with the number of chunks, and lets go after each of them. */
  *add(chunks: readonly IndexedChunk[]): Sliced<void> {
    for (const { firstN, lastN, entriesBytes: bytes, lineDeltas } of chunks) {
      yield;
      if (this.isFull) return;
      const last = this.joined.at(-1);
      const here = { firstN, nextN: lastN + 1, bytes, sum: new DeltaSum(lineDeltas ?? []) };
      if (last && last.bytes + bytes <= this.most) extend(last, here);
      else {
        this.deltas += last?.sum.size ?? 0;
        this.joined.push(here);
        if (this.joined.length > mostSegments || this.deltas > this.mostDeltas) yield* this.halve();
      }
    }
  }

  *segments(): Sliced<LogSegment[]> {
    const segments: LogSegment[] = [];
    for (const { sum, ...place } of this.joined) {
      yield;
      segments.push({ ...place, lineDeltas: sum.deltas() });
    }
    return segments;
  }

  private *halve(): Sliced<void> {
    const before = this.joined;
    this.joined = [];
    this.most *= 2;
    this.deltas = 0;
    for (const segment of before) {
      yield;
      const last = this.joined.at(-1);
      if (last && last.bytes + segment.bytes <= this.most) extend(last, segment);
      else {
        this.deltas += last?.sum.size ?? 0;
        this.joined.push(segment);
      }
    }
    // Segments of different steps have as many together: then it is not tried again for each chunk.
    this.mostDeltas = Math.max(mostDeltas, 2 * this.deltas);
  }
}

function extend(segment: OpenSegment, { nextN, bytes, sum }: OpenSegment): void {
  segment.nextN = nextN;
  segment.bytes += bytes;
  segment.sum.add(sum.deltas());
}
