import { setImmediate } from 'node:timers/promises';
import { decodeLogEntries, firstNeededN, joinDeltas, type LineDelta, type RunStart } from '@cooperage/domain';
import { unpackChunk } from '../chunk-unpacker.js';
import type { ChunkStore, StoredChunk } from '../ports.js';
import { type LogQuery, lineMatcher } from './line-matcher.js';
import { LogSearcher } from './log-searcher.js';

export interface SearchOptions {
  /** Where to begin, as an earlier answer said; 0 is the start of the log. */
  readonly fromN: number;
  /** Most lines that are listed; all are counted. */
  readonly limit: number;
  /** After this long the search ends where it is. */
  readonly budgetMs: number;
  readonly signal: AbortSignal;
}

/** A line that was found: ordinal of its step, and its number there, from 1. */
export type FoundLine = readonly [step: number, line: number];

export interface SearchResult {
  /** Lines found from `fromN` to where the search ended. */
  readonly count: number;
  /** The first of them, in the order in which they were printed: at least `limit` when there are as many. */
  readonly found: readonly FoundLine[];
  /** Where to begin for lines that were counted and not listed; null when all are listed. */
  readonly listFromN: number | null;
  /** Where to go on, when the budget ended the search; null when everything that is stored was searched. */
  readonly nextN: number | null;
  /** Lines of the log that were searched, with those before `fromN`, and lines that are stored. */
  readonly searchedLines: number;
  readonly totalLines: number;
}

/** Chunks are fetched this many bytes at a time, while those before are searched. */
const readAheadBytes = 1_048_576;
/** Other requests are let in this often, in milliseconds. */
const yieldMs = 10;
const mostChunks = 65_536;

/**
 * Searches what an attempt has printed, all steps of it, in one pass over the archive.
 * @throws {InvalidPatternError}
 */
export async function searchLog(
  store: ChunkStore,
  attemptId: string,
  query: LogQuery,
  options: SearchOptions,
): Promise<SearchResult> {
  const endMs = performance.now() + options.budgetMs;
  const matcher = lineMatcher(query);
  const tail = await store.tail(attemptId);
  const start = await placeOf(store, attemptId, options.fromN);
  const hits = new Hits(options.limit);
  const searcher = new LogSearcher(matcher, start, (step, line) => hits.add(step, line));
  let yieldedMs = performance.now();
  for await (const { chunk, bytes } of chunksFrom(store, attemptId, start.neededN)) {
    const now = performance.now();
    // At least one chunk is searched, so that going on again and again comes to an end.
    if (options.signal.aborted || (now >= endMs && chunk.firstN > start.firstN)) {
      return { ...hits.result(), nextN: chunk.firstN, searchedLines: chunk.firstLine, totalLines: tail.lines };
    }
    if (now - yieldedMs > yieldMs) {
      await setImmediate();
      yieldedMs = performance.now();
    }
    hits.enter(chunk.firstN);
    for (const entry of decodeLogEntries(bytes)) searcher.take(entry);
  }
  searcher.end();
  return { ...hits.result(), nextN: null, searchedLines: tail.lines, totalLines: tail.lines };
}

/** Lists lines chunk by chunk: a chunk is listed whole or not at all, so that the next list can begin with it. */
class Hits {
  private readonly found: FoundLine[] = [];
  private count = 0;
  private chunkN = 0;
  private listFromN: number | null = null;
  private isListing = true;

  constructor(private readonly limit: number) {}

  enter(chunkN: number): void {
    this.chunkN = chunkN;
    this.isListing = this.found.length < this.limit;
  }

  add(step: number, line: number): void {
    this.count++;
    if (this.isListing) this.found.push([step, line]);
    else this.listFromN ??= this.chunkN;
  }

  result() {
    return { count: this.count, found: this.found, listFromN: this.listFromN };
  }
}

interface Place extends RunStart {
  /** First entry that is needed to draw the lines that are open there. */
  readonly neededN: number;
}

/** The last place before `fromN` at which a chunk begins, and how the log stands there. */
async function placeOf(store: ChunkStore, attemptId: string, fromN: number): Promise<Place> {
  const earlier = fromN === 0 ? [] : await store.index(attemptId, mostChunks);
  const chunks = earlier.filter(({ lastN }) => lastN < fromN);
  // Without counts the lines behind a chunk have no numbers: everything is searched.
  if (chunks.length === 0 || chunks.some(({ lineDeltas }) => lineDeltas === null)) {
    return { firstN: 0, neededN: 0, before: [] };
  }
  const before = chunks.reduce<readonly LineDelta[]>((joined, chunk) => joinDeltas(joined, chunk.lineDeltas ?? []), []);
  const firstN = chunks.at(-1)!.lastN + 1;
  return { firstN, before, neededN: firstNeededN({ firstN, before }, chunks.at(-1)!.firstN) };
}

interface OpenedChunk {
  readonly chunk: StoredChunk;
  readonly bytes: Uint8Array;
}

/** Chunks from `fromN` on; the next ones are fetched and unpacked while those before them are looked at. */
async function* chunksFrom(store: ChunkStore, attemptId: string, fromN: number): AsyncGenerator<OpenedChunk> {
  let ahead = openChunks(store, attemptId, fromN);
  for (let chunks = await ahead; chunks.length > 0; chunks = await ahead) {
    ahead = openChunks(store, attemptId, chunks.at(-1)!.chunk.lastN + 1);
    // Whoever stops early does not wait for what was fetched ahead; a failure of it is told when it is awaited.
    ahead.catch(() => {});
    yield* chunks;
  }
}

async function openChunks(store: ChunkStore, attemptId: string, fromN: number): Promise<OpenedChunk[]> {
  const chunks = await store.range(attemptId, fromN, readAheadBytes);
  return Promise.all(chunks.map(async (chunk) => ({ chunk, bytes: await unpackChunk(chunk) })));
}
