import type { Hit, SearchState, SearchWords } from '../model/log-search';
import { searchLog } from './log-search';

/** Lines that a page lists and marks; all are counted. */
const mostHits = 10_000;

export interface WholeSearch {
  readonly buildId: string;
  readonly attempt: number;
  readonly words: SearchWords;
}

/** Searches a log from its first line to its last, in as many questions as that takes, and shows how far it is after each. */
export async function searchWhole(
  question: WholeSearch,
  show: (state: SearchState) => void,
  signal: AbortSignal,
): Promise<void> {
  let count = 0;
  const hits: Hit[] = [];
  for (let from: number | null = 0; from !== null; ) {
    const answer = await searchLog({ ...question, from, limit: Math.max(1, mostHits - hits.length) }, signal);
    if (signal.aborted) return;
    if (typeof answer === 'string') return show({ kind: 'failed', reason: answer });
    count += answer.count;
    if (hits.length < mostHits) hits.push(...answer.found);
    const share = answer.totalLines === 0 ? 1 : answer.searchedLines / answer.totalLines;
    show({ kind: answer.next === null ? 'done' : 'running', count, hits: [...hits], share });
    from = answer.next;
  }
}
