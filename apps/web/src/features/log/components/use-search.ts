'use client';

import { useEffect, useRef, useState } from 'react';
import type { SearchState, SearchWords } from '../model/log-search';

/** Typing goes on for this long before the service is asked, in milliseconds. */
const typingMs = 200;

export const noWords: SearchWords = { text: '', matchCase: false, isRegex: false };

/** Lines of the whole log that hold the words, whether they are here or not. Goes on by itself where time ran out. */
export function useSearch(
  buildId: string,
  attempts: readonly number[],
  words: SearchWords,
  ended: boolean,
): SearchState {
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
      const show = (found: SearchState): void => void (signal.aborted || setState(found));
      try {
        // Its code comes with the first words.
        const { searchWhole } = await import('../api/search-whole');
        await searchWhole({ buildId, attempts, words }, show, signal);
      } catch {
        show({ kind: 'failed', reason: 'The search could not be loaded.' });
      }
    };
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
    // What was printed since is searched once more when the log has ended.
  }, [buildId, attempts.join(), words, ended]);
  return state;
}
