'use client';

import { useRouter } from 'next/navigation';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { buttonClass, Key } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { ProblemNote } from '@/components/ui/problem-note';
import { comparisonOf, type RowFacts } from '../model/row-facts';
import { PeekPanel } from './peek-panel';
import { RowSelection } from './row-selection';
import { useRowActions } from './use-row-actions';

/** What a list's keys do to the row that has the focus: look into it, try again, stop, select and compare. */
export function RowKeys({ children }: { children: ReactNode }) {
  const router = useRouter();
  const area = useRef<HTMLDivElement>(null);
  const [peeked, setPeeked] = useState<RowFacts | null>(null);
  const [selected, setSelected] = useState<readonly RowFacts[]>([]);
  const { retry, stop, note, problem } = useRowActions();
  const comparison = comparisonOf(selected);

  const toggle = (row: RowFacts): void =>
    setSelected((rows) =>
      rows.some(({ id }) => id === row.id) ? rows.filter(({ id }) => id !== row.id) : [...rows, row],
    );
  const keys: Readonly<Record<string, (row: RowFacts) => void>> = {
    o: (row) => setPeeked((open) => (open?.id === row.id ? null : row)),
    r: (row) => row.can.retry && retry(row),
    s: (row) => row.can.cancel && stop(row),
    x: toggle,
    d: () => comparison && 'href' in comparison && router.push(comparison.href),
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && peeked) {
      event.preventDefault();
      setPeeked(null);
    }
    const row = rowOf(event.target);
    const key = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (!row || !key) return;
    event.preventDefault();
    key(row);
  };
  const onFocusIn = (event: FocusEvent): void => {
    const row = peeked && rowOf(event.target);
    if (row) setPeeked(row);
  };
  useRowEvents(area, onKeyDown, onFocusIn);
  const ids = new Set(selected.map(({ id }) => id));
  return (
    <div ref={area}>
      <RowSelection value={{ ids, toggle, peek: setPeeked }}>{children}</RowSelection>
      {(comparison || note || problem) && (
        <div
          role="status"
          className="sticky bottom-0 flex flex-wrap items-center gap-3 border-t border-line bg-surface px-3 py-2"
        >
          {selected.length > 0 && <span>{selected.map(({ number }) => `#${number}`).join(' and ')} selected.</span>}
          {comparison && 'hint' in comparison && <span className="text-text-2">{comparison.hint}</span>}
          {comparison && 'href' in comparison && (
            <Link href={comparison.href} className={buttonClass('primary')}>
              Compare <Key>d</Key>
            </Link>
          )}
          {note && <span>{note}</span>}
          <ProblemNote problem={problem} />
        </div>
      )}
      {peeked && (
        <PeekPanel
          row={peeked}
          onClose={() => setPeeked(null)}
          onRetry={() => retry(peeked)}
          onStop={() => stop(peeked)}
        />
      )}
    </div>
  );
}

/** Events of the rows: they belong to no control of their own. */
function useRowEvents(
  area: RefObject<HTMLElement | null>,
  onKeyDown: (event: KeyboardEvent) => void,
  onFocusIn: (event: FocusEvent) => void,
): void {
  useEffect(() => {
    const element = area.current;
    element?.addEventListener('keydown', onKeyDown);
    element?.addEventListener('focusin', onFocusIn);
    return () => {
      element?.removeEventListener('keydown', onKeyDown);
      element?.removeEventListener('focusin', onFocusIn);
    };
  });
}

function rowOf(target: EventTarget | null): RowFacts | null {
  const text = target instanceof HTMLElement ? target.closest<HTMLElement>('[data-build]')?.dataset.build : undefined;
  return text === undefined ? null : (JSON.parse(text) as RowFacts);
}
