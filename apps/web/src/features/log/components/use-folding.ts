'use client';

import { useCallback, useEffect, useMemo, useState } from 'react';
import { onFoldAll } from '../model/fold-all';
import type { LogStep } from './log-step';

export interface Folding {
  readonly folded: ReadonlySet<number>;
  readonly fold: (ordinal: number) => void;
  readonly unfold: (ordinal: number) => void;
}

/** Steps that were reused or ran again later are folded until somebody opens them; what somebody chose stays. */
export function useFolding(steps: readonly LogStep[]): Folding {
  const [chosen, setChosen] = useState<ReadonlyMap<number, boolean>>(new Map());
  useEffect(
    // What the build as a whole said has the number 0 and is no step of its own.
    () =>
      onFoldAll((open) => setChosen(new Map([0, ...steps.map(({ ordinal }) => ordinal)].map((each) => [each, !open])))),
    [steps],
  );
  const folded = useMemo(() => {
    const isQuiet = (step: LogStep) => step.reused || step.ranAgainIn !== null;
    const quiet = steps.filter((step) => isQuiet(step) && !step.failed).map(({ ordinal }) => ordinal);
    const all = new Set([...quiet, ...chosen.keys()]);
    return new Set([...all].filter((ordinal) => chosen.get(ordinal) ?? quiet.includes(ordinal)));
  }, [steps, chosen]);
  const fold = useCallback(
    (ordinal: number) => setChosen((before) => new Map(before).set(ordinal, !folded.has(ordinal))),
    [folded],
  );
  const unfold = useCallback((ordinal: number) => setChosen((before) => new Map(before).set(ordinal, false)), []);
  return { folded, fold, unfold };
}
