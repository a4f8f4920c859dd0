'use client';

import { useEffect, useRef, useState } from 'react';
import { searchLog } from '../api/log-search';
import type { Hit, SearchState, SearchWords } from '../model/log-search';

/** Typing goes on for this long before the service is asked, in milliseconds. */
const typingMs = 200;
/** Lines that a page lists and marks; all are counted. */
const mostHits = 10_000;

export const noWords: SearchWords = { text: '', matchCase: false, isRegex: false };

/** Lines of the whole log that hold the words, whether they are here or not. Goes on by itself where time ran out. */
export function useSearch(buildId: string, attempt: number, words: SearchWords, ended: boolean): SearchState {
  const [state, setState] = useState<SearchState>({ kind: 'none' });
  const first = useRef(true);
  useEffect(() => {
    if (words.text === '') {
      setState({ kind: 'none' });
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => void run(stop.signal), first.current ? 0 : typingMs);
    first.current = false;
    const run = async (signal: AbortSignal): Promise<void> => {
      let count = 0;
      const hits: Hit[] = [];
      for (let from: number | null = 0; from !== null; ) {
        const answer = await searchLog(
          { buildId, attempt, words, from, limit: Math.max(1, mostHits - hits.length) },
          signal,
        );
        if (signal.aborted) return;
        if (typeof answer === 'string') return setState({ kind: 'failed', reason: answer });
        count += answer.count;
        if (hits.length < mostHits) hits.push(...answer.found);
        const share = answer.totalLines === 0 ? 1 : answer.searchedLines / answer.totalLines;
        setState({ kind: answer.next === null ? 'done' : 'running', count, hits: [...hits], share });
        from = answer.next;
      }
    };
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
    // What was printed since is searched once more when the log has ended.
  }, [buildId, attempt, words, ended]);
  return state;
}
