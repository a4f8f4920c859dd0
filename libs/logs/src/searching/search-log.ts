import { eachLogEntry, inTurns, type Sliced } from '@cooperage/domain';
import type { ChunkStore, SurveyedChunk } from '../ports.js';
import { type LogQuery, lineMatcher } from './line-matcher.js';
import { LogSearcher } from './log-searcher.js';
import { openChunks } from './open-chunks.js';
import { planSearch } from './search-plan.js';
import { trigramsOf } from './trigrams.js';

export interface SearchOptions {
  /** Where to begin, as an earlier answer said; 0 is the start of the log. */
  readonly fromN: number;
  /** Most lines that are listed; all are counted. */
  readonly limit: number;
  /** After this long the search ends where it is. */
  readonly budgetMs: number;
  readonly signal: AbortSignal;
}

/**
 * Counts of lines that a search holds, as text; as objects they are twice as much. A log whose chunks have more, of many steps side by
 * side for hours, is searched whole.
 */
const countBytes = 16_777_216;
/** An honest log of 2 GiB has half as many. What is behind them is not searched. */
const mostChunks = 65_536;
/** A chunk has one for each step that printed in it. */
const deltasOfSlice = 256;

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
  /** Lines of which only the beginning was looked at: they are too long for the expression. */
  readonly cutLines: number;
  /**
   * Lines of the log that were searched, with those before `fromN`, and lines that are stored. Where `nextN` is null and it is fewer, the log
   * has more parts than a search looks at.
   */
  readonly searchedLines: number;
  readonly totalLines: number;
}

/**
 * Searches what an attempt has printed, all steps of it, in one pass over those chunks of the archive that may hold it.
 * @throws {InvalidPatternError}
 */
export async function searchLog(
  store: ChunkStore,
  attemptId: string,
  query: LogQuery,
  { fromN, limit, budgetMs, signal }: SearchOptions,
): Promise<SearchResult> {
  let endMs = performance.now() + budgetMs;
  const hits = new Hits(limit);
  const matcher = lineMatcher(query, () => hits.cut());
  const tail = await store.tail(attemptId);
  const trigrams = query.isRegex ? [] : trigramsOf(query.text);
  const chunks = await store.survey(attemptId, { trigrams, limit: mostChunks, countBytes });
  const uses = await inTurns(planSearch(chunks, fromN), signal);
  const searcher = new LogSearcher(matcher, (step, line) => hits.add(step, line));
  const passOver = (from: number, to: number) => inTurns(passingOver(searcher, chunks, from, to));
  let next = 0;
  let looked = 0;
  for await (const { at, bytes } of openChunks(store, attemptId, chunks, uses)) {
    // At least one chunk is searched, so that going on again and again comes to an end.
    if (signal.aborted || (performance.now() >= endMs && looked > 0))
      return { ...hits.result(), ...stoppedAt(chunks[at]!) };
    await passOver(next, at);
    next = at + 1;
    hits.enter(chunks[at]!.firstN, uses[at] === 'look');
    // What is only drawn again to know the numbers of lines is no progress of this search.
    if (uses[at] === 'look' && looked++ === 0) endMs = performance.now() + budgetMs;
    await inTurns(searcher.takeAll(eachLogEntry(bytes)));
  }
  await passOver(next, chunks.length);
  hits.enter(chunks.at(-1)?.firstN ?? 0, true);
  await inTurns(searcher.end());
  const searchedLines = chunks.length < mostChunks ? tail.lines : chunks.at(-1)!.firstLine;
  return { ...hits.result(), nextN: null, searchedLines, totalLines: tail.lines };

  /** Whoever goes on from here gets what begins in earlier chunks joined again. */
  function stoppedAt({ firstN, firstLine }: SurveyedChunk) {
    return { nextN: Math.max(fromN, firstN), searchedLines: firstLine, totalLines: tail.lines };
  }
}

/** What is skipped may be all of the log, of which many steps printed side by side. */
function* passingOver(searcher: LogSearcher, chunks: readonly SurveyedChunk[], from: number, to: number): Sliced<void> {
  for (let at = from; at < to; at++) {
    const deltas = chunks[at]!.lineDeltas ?? [];
    for (let start = 0; start < deltas.length; start += deltasOfSlice) {
      searcher.passOver(deltas.slice(start, start + deltasOfSlice));
      yield;
    }
  }
}

/** Lists lines chunk by chunk: a chunk is listed whole or not at all, so that the next list can begin with it. */
class Hits {
  private readonly found: FoundLine[] = [];
  private count = 0;
  private chunkN = 0;
  private listFromN: number | null = null;
  private isCounted = true;
  private cutLines = 0;
  private isListing = true;

  constructor(private readonly limit: number) {}

  /** @param isCounted false for a chunk whose own lines are not looked for */
  enter(chunkN: number, isCounted: boolean): void {
    this.chunkN = chunkN;
    this.isCounted = isCounted;
    this.isListing = this.found.length < this.limit;
  }

  add(step: number, line: number): void {
    if (!this.isCounted) return;
    this.count++;
    if (this.isListing) this.found.push([step, line]);
    else this.listFromN ??= this.chunkN;
  }

  cut(): void {
    if (this.isCounted) this.cutLines++;
  }

  result() {
    return { cutLines: this.cutLines, count: this.count, found: this.found, listFromN: this.listFromN };
  }
}
