'use client';

import { useEffect, useRef } from 'react';
import { buttonClass, Key } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { ProblemNote } from '@/components/ui/problem-note';
import { comparisonOf } from '../model/comparison';
import type { RowFacts } from '../model/row-facts';
import { useRowActions } from './use-row-actions';

/** Each is a new object, and is done once. */
export interface RowAct {
  readonly kind: 'retry' | 'stop';
  readonly row: RowFacts;
}

/** Under a list: what its selected rows can be compared by, and what came of the last thing that was done to a row. */
export function RowsBar({ selected, act }: { selected: readonly RowFacts[]; act: RowAct | null }) {
  const { retry, stop, note, problem } = useRowActions();
  const done = useRef<RowAct | null>(null);
  useEffect(() => {
    if (!act || done.current === act) return;
    done.current = act;
    if (act.kind === 'retry') retry(act.row);
    else stop(act.row);
  });
  const comparison = comparisonOf(selected);
  if (!comparison && !note && !problem) return null;
  return (
    <div
      role="status"
      className="sticky bottom-0 flex flex-wrap items-center gap-3 border-t border-line bg-surface px-3 py-2"
    >
      {selected.length > 0 && <span>{selected.map(({ number }) => `#${number}`).join(' and ')} selected.</span>}
      {comparison && 'hint' in comparison && <span className="text-text-2">{comparison.hint}</span>}
      {comparison && 'href' in comparison && (
        <Link href={comparison.href} data-key="d" className={buttonClass('primary')}>
          Compare <Key>d</Key>
        </Link>
      )}
      {note && <span>{note}</span>}
      <ProblemNote problem={problem} />
    </div>
  );
}
