'use client';

import { useRouter } from 'next/navigation';
import { useCallback, useState, useTransition } from 'react';
import type { ProblemView, Result } from './problem';

export interface Change {
  readonly pending: boolean;
  readonly problem: ProblemView | null;
  /** Makes a change; afterwards the page shows what came of it. `then` runs only when the change was made. */
  run<T>(change: () => Promise<Result<T>>, then?: (value: T) => void): void;
  /** The complaint about one field of the last change. */
  fieldError(path: string): string | null;
}

export function useChange(): Change {
  const router = useRouter();
  const [sending, setSending] = useState(false);
  const [refreshing, start] = useTransition();
  const [problem, setProblem] = useState<ProblemView | null>(null);

  const run = useCallback<Change['run']>(
    (change, then) => {
      setSending(true);
      setProblem(null);
      void change().then((result) => {
        setSending(false);
        if (!result.ok) {
          setProblem(result.problem);
          return;
        }
        then?.(result.value);
        start(() => router.refresh());
      });
    },
    [router],
  );
  const fieldError = (path: string): string | null =>
    problem?.fields.find((field) => field.path === path || field.path.startsWith(`${path}.`))?.message ?? null;
  return { pending: sending || refreshing, problem, run, fieldError };
}
