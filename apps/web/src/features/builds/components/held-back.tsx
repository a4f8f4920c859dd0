'use client';

import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { heldRows } from '../model/held-rows';

interface HeldBackProps {
  /** Newest first. */
  readonly rows: readonly { readonly id: string; readonly row: ReactNode }[];
  readonly columns: number;
}

/** In CSS pixels: below that the reader sees the top of the list, and rows may come in there. */
const topPx = 160;

/** Rows that change in place; new ones wait behind a button while the reader is not at the top or stands in a row. */
export function HeldBack({ rows, columns }: HeldBackProps) {
  const ids = rows.map(({ id }) => id);
  const newest = ids[0] ?? '';
  const [newestShown, setNewestShown] = useState(newest);
  const mark = useRef<HTMLTableRowElement>(null);
  const { held } = heldRows(ids, newestShown);
  const release = useCallback(() => setNewestShown(newest), [newest]);
  useLayoutEffect(() => {
    if (newest > newestShown && !isReading(mark.current)) release();
  }, [newest, newestShown, release]);
  useEffect(() => {
    const onScroll = (): void => {
      if (!isReading(mark.current)) release();
    };
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => window.removeEventListener('scroll', onScroll);
  }, [release]);
  return (
    <>
      <tr ref={mark} hidden={held.length === 0} className="border-b border-line bg-accent-bg">
        <td colSpan={columns} className="p-0">
          <button
            type="button"
            aria-live="polite"
            className="h-9 w-full font-medium text-accent"
            onClick={() => {
              release();
              window.scrollTo({ top: 0 });
            }}
          >
            {held.length} new
          </button>
        </td>
      </tr>
      {rows.filter(({ id }) => !held.includes(id)).map(({ row }) => row)}
    </>
  );
}

function isReading(mark: HTMLElement | null): boolean {
  const row = document.activeElement?.closest('[data-build]');
  return window.scrollY > topPx || (row != null && mark?.parentElement?.contains(row) === true);
}
