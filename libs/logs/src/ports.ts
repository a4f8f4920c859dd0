import type { LineDelta } from '@cooperage/domain';

/**
 * What the log road needs from outside: a durable archive and a lossy live bus. `libs/db` implements the archive on
 * PostgreSQL, `libs/queue` the bus on Redis. Types only, so whoever implements a port pulls in nothing of the road.
 */

/** A run of entries without gaps, as it is stored. Immutable once stored. */
export interface LogChunk {
  readonly attemptId: string;
  /** Number of the attempt in whose name this is written. */
  readonly epoch: number;
  /** `n` of the first entry. */
  readonly firstN: number;
  /** `n` of the last entry, inclusive. */
  readonly lastN: number;
  /** `atMs` of the first entry. */
  readonly firstAtMs: number;
  /** Line feeds in all text entries before this chunk. */
  readonly firstLine: number;
  /** Line feeds in the text entries of this chunk. */
  readonly lines: number;
  /** Bytes of all text entries before this chunk. */
  readonly firstTextByte: number;
  /** Bytes of the text entries of this chunk. */
  readonly textBytes: number;
  /** Bytes of the encoded entries before compression. */
  readonly entriesBytes: number;
  /** What the chunk adds to the lines of each step, for finding any of them. */
  readonly lineDeltas: readonly LineDelta[];
  /**
   * Which trigrams the lines hold that this chunk finishes (`TrigramSet`), at most 1 KiB; null where the writer has not
   * seen the log from its start, so that a search looks into the chunk itself.
   */
  readonly trigrams: Uint8Array | null;
  /** The entries in the domain's binary form (`encodeLogEntries`), as one zstd frame. Opaque to the store. */
  readonly payload: Uint8Array;
}

/** What a store gives back: all of a chunk that a reader needs. */
export type StoredChunk = Pick<
  LogChunk,
  'firstN' | 'lastN' | 'firstAtMs' | 'firstLine' | 'firstTextByte' | 'entriesBytes' | 'payload'
>;

/** A chunk as the index of a log has it: everything but what was printed. */
export interface IndexedChunk extends Pick<LogChunk, 'firstN' | 'lastN' | 'entriesBytes'> {
  /** Null for a chunk that was written before lines were counted, and where the counts were too large to be read. */
  readonly lineDeltas: readonly LineDelta[] | null;
}

/** A chunk as a search sees it before it looks into it. */
export interface SurveyedChunk extends IndexedChunk, Pick<LogChunk, 'firstLine'> {
  /** False when no line that the chunk finishes holds what is looked for. */
  readonly mayHold: boolean;
}

export interface SurveyOptions {
  /** Of the text (`trigramsOf`); without any, each chunk may hold it. */
  readonly trigrams: readonly number[];
  /** Most chunks, the first ones. */
  readonly limit: number;
  /** The counts of all chunks are null when they have more bytes as text together. */
  readonly countBytes: number;
}

/** Where a log ends at the moment. An attempt without chunks has zeros. */
export interface LogTail {
  /** `n` that the next entry gets: the last stored `n` plus one. */
  readonly nextN: number;
  readonly lines: number;
  readonly textBytes: number;
  /** The log was sealed: nothing comes after `nextN` any more. */
  readonly complete: boolean;
}

export type AppendOutcome = 'stored' | 'fenced';

/** Columns by which a reader finds a place in a log without reading it from the start. */
export type LogScale = 'line' | 'textByte';

/**
 * The archive. Every method may throw when the store cannot be reached; the caller tries again with the very same
 * arguments, so each one is safe to repeat after an unknown outcome.
 */
export interface ChunkStore {
  /**
   * Adds a chunk after the last one.
   * - A stored chunk with the same attempt, epoch and `firstN` makes this a no-op: `stored`.
   * - `fenced`, and nothing is written, when the epoch is older than the build's current one or than the newest that
   *   wrote to this log, when the log is sealed, or when `firstN` lies below the tail's `nextN` (somebody else went on).
   * - `firstN` above `nextN` is allowed: it is the hole that a lost worker leaves (see `endLostLog`).
   */
  append(chunk: LogChunk): Promise<AppendOutcome>;

  /** Ends the log: `complete` from now on. Repeating it is a no-op; an older epoch is `fenced`. */
  seal(attemptId: string, epoch: number): Promise<AppendOutcome>;

  /**
   * Chunks in ascending order, from the one that holds `fromN` (or the first after it) on. Ends before the sum of
   * `entriesBytes` would pass `limitBytes`, but gives at least one chunk when there is one. A chunk of which more is stored than it says
   * counts as what is stored.
   */
  range(attemptId: string, fromN: number, limitBytes: number): Promise<readonly StoredChunk[]>;

  /** `firstN` of the last chunk whose `firstLine` (or `firstTextByte`) is below `position`; 0 when there is none. */
  find(attemptId: string, scale: LogScale, position: number): Promise<number>;

  /**
   * Chunks in ascending order from the one that begins with `fromN` (or the first after it) on, at most `limit`, without what was printed.
   * @param countBytes their counts have at most so many bytes as text together, so there may be fewer; a first chunk that has more by itself comes without
   */
  index(attemptId: string, fromN: number, limit: number, countBytes: number): Promise<readonly IndexedChunk[]>;

  /** The first chunks in ascending order, and which of them may hold a text. Their `entriesBytes` are at least what is stored. */
  survey(attemptId: string, options: SurveyOptions): Promise<readonly SurveyedChunk[]>;

  /** The chunks that begin with these entries, in ascending order; one that is not there is left out. */
  pick(attemptId: string, firstNs: readonly number[]): Promise<readonly StoredChunk[]>;

  tail(attemptId: string): Promise<LogTail>;
}

/** Takes one frame: entries in the domain's binary form. An empty frame says "look into the archive". */
export type OnFrame = (frame: Uint8Array) => void;

/** Fan-out to viewers. It may lose, double and reorder frames: the archive is the truth, and readers backfill. */
export interface LiveBus {
  /** Never waits, never throws. `false` when the frame was dropped at once (no connection, too much under way). */
  publish(attemptId: string, frame: Uint8Array): boolean;

  /**
   * Never waits, never throws. `onFrame` gets an empty frame whenever the subscription becomes active, at first and
   * after each reconnect: what was published before that moment may be missed. Returns the function that ends it.
   */
  subscribe(attemptId: string, onFrame: OnFrame): () => void;
}
