'use client';

import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { onDemand } from '@/components/ui/on-demand';
import type { RowFacts } from '../model/row-facts';
import { RowSelection } from './row-selection';
import type { RowAct } from './rows-bar';

const PeekPanel = onDemand(() => import('./peek-panel').then((module) => module.PeekPanel));
const RowsBar = onDemand(() => import('./rows-bar').then((module) => module.RowsBar), null);

/** What a list's keys do to the row that has the focus: look into it, try again, stop, select and compare. */
export function RowKeys({ children }: { children: ReactNode }) {
  const area = useRef<HTMLDivElement>(null);
  const [peeked, setPeeked] = useState<RowFacts | null>(null);
  const [selected, setSelected] = useState<readonly RowFacts[]>([]);
  const [act, setAct] = useState<RowAct | null>(null);

  const toggle = (row: RowFacts): void =>
    setSelected((rows) =>
      rows.some(({ id }) => id === row.id) ? rows.filter(({ id }) => id !== row.id) : [...rows, row],
    );
  const keys: Readonly<Record<string, (row: RowFacts) => void>> = {
    o: (row) => setPeeked((open) => (open?.id === row.id ? null : row)),
    r: (row) => row.can.retry && setAct({ kind: 'retry', row }),
    s: (row) => row.can.cancel && setAct({ kind: 'stop', row }),
    x: toggle,
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
      {(selected.length > 0 || act) && <RowsBar selected={selected} act={act} />}
      {peeked && (
        <PeekPanel
          row={peeked}
          onClose={() => setPeeked(null)}
          onRetry={() => setAct({ kind: 'retry', row: peeked })}
          onStop={() => setAct({ kind: 'stop', row: peeked })}
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
