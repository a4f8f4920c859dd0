import type { Hit, SearchState, SearchWords } from '../model/log-search';
import { stepKey } from '../model/step-key';
import { searchLog } from './log-search';

/** Lines that a page lists and marks; all are counted. */
const mostHits = 10_000;

export interface WholeSearch {
  readonly buildId: string;
  /** Numbers, in the order in which their lines are shown; the last one is the attempt that is shown. */
  readonly attempts: readonly number[];
  readonly words: SearchWords;
}

/**
 * Searches the logs of all attempts from the first line to the last, in as many questions as that takes, and shows how far it
 * is after each.
 */
export async function searchWhole(
  { buildId, attempts, words }: WholeSearch,
  show: (state: SearchState) => void,
  signal: AbortSignal,
): Promise<void> {
  let [count, cutLines] = [0, 0];
  const hits: Hit[] = [];
  for (const [at, attempt] of attempts.entries()) {
    const isLast = at === attempts.length - 1;
    for (let from: number | null = 0; from !== null; ) {
      const limit = Math.max(1, mostHits - hits.length);
      const answer = await searchLog({ buildId, attempt, words, from, limit }, signal);
      if (signal.aborted) return;
      if (typeof answer === 'string') return show({ kind: 'failed', reason: answer });
      count += answer.count;
      cutLines += answer.cutLines;
      const keyOf = (step: number): number => stepKey(isLast ? null : attempt, step);
      if (hits.length < mostHits) hits.push(...answer.found.map(([step, line]): Hit => [keyOf(step), line]));
      const share = answer.totalLines === 0 ? 1 : answer.searchedLines / answer.totalLines;
      from = answer.next;
      const kind = isLast && from === null ? 'done' : 'running';
      show({ kind, count, cutLines, hits: [...hits], share: (at + share) / attempts.length });
    }
  }
}
