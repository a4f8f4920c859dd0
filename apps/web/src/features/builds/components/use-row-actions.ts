'use client';

import { useState } from 'react';
import { send } from '@/lib/api/browser';
import type { ProblemView } from '@/lib/api/problem';
import { useChange } from '@/lib/api/use-change';
import type { RowFacts } from '../model/row-facts';

export interface RowActions {
  retry(row: RowFacts): void;
  stop(row: RowFacts): void;
  /** What the last action did. */
  readonly note: string | null;
  readonly problem: ProblemView | null;
}

/** Retry and stop from a list: both act at once, and the list shows what came of it. */
export function useRowActions(): RowActions {
  const { pending, problem, run } = useChange();
  const [note, setNote] = useState<string | null>(null);
  const act = <T>(row: RowFacts, verb: string, body: object | undefined, words: (value: T) => string): void => {
    if (pending) return;
    setNote(null);
    run(
      () => send<T>('POST', `/v1/builds/${row.id}/${verb}`, body),
      (value) => setNote(words(value)),
    );
  };
  return {
    retry: (row) =>
      act<{ number: number }>(
        row,
        'retry',
        { noCache: false },
        ({ number }) => `#${row.number} is tried again as #${number}.`,
      ),
    stop: (row) => act(row, 'cancel', undefined, () => `#${row.number} is told to stop.`),
    note,
    problem,
  };
}
