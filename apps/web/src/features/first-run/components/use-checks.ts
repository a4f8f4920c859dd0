'use client';

import type { CheckName, ChecksView } from '@cooperage/contracts';
import { useCallback, useEffect, useState } from 'react';
import { fetchJson, send } from '@/lib/api/browser';
import type { ProblemView, Result } from '@/lib/api/problem';
import { isAnyWaiting } from '../model/check-words';

const path = '/v1/setup/checks';
const pollMs = 700;

/** The checks as they turn. Those that nobody ever looked at are looked at by themselves, once. */
export function useChecks(initial: ChecksView) {
  const [view, setView] = useState(initial);
  const [problem, setProblem] = useState<ProblemView | null>(null);
  const take = useCallback((result: Result<ChecksView>): void => {
    setProblem(result.ok ? null : result.problem);
    if (result.ok) setView(result.value);
  }, []);
  const ask = useCallback(
    (names?: readonly CheckName[]) => void send<ChecksView>('POST', path, names ? { names } : {}).then(take),
    [take],
  );
  const isFresh = initial.checks.every(({ state }) => state === 'unasked');
  useEffect(() => {
    if (isFresh) ask();
  }, [isFresh, ask]);
  const waits = isAnyWaiting(view.checks);
  useEffect(() => {
    if (!waits) return;
    // The next question follows the answer to the last one, so that a slow service is not asked ever more often.
    const timer = setTimeout(() => void fetchJson<ChecksView>(path).then(take), pollMs);
    return () => clearTimeout(timer);
    // `view` is another object with each answer.
  }, [waits, view, take, problem]);
  return { view, problem, ask, waits };
}
