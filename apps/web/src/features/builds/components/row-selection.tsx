'use client';

import { createContext, type ReactNode, useContext } from 'react';
import type { RowFacts } from '../model/row-facts';

interface Selection {
  readonly ids: ReadonlySet<string>;
  toggle(row: RowFacts): void;
  peek(row: RowFacts): void;
}

const SelectionContext = createContext<Selection | null>(null);

export function RowSelection({ value, children }: { value: Selection; children: ReactNode }) {
  return <SelectionContext value={value}>{children}</SelectionContext>;
}

export function SelectBuild({ row }: { row: RowFacts }) {
  const selection = useContext(SelectionContext);
  return (
    <input
      type="checkbox"
      aria-label={`Select #${row.number}`}
      title="Select to compare (x)"
      checked={selection?.ids.has(row.id) ?? false}
      onChange={() => selection?.toggle(row)}
      className="size-4 translate-y-0.5 accent-accent"
    />
  );
}

export function PeekButton({ row }: { row: RowFacts }) {
  const selection = useContext(SelectionContext);
  return (
    <button
      type="button"
      aria-label={`Look into #${row.number}`}
      title="Look into it (o)"
      onClick={() => selection?.peek(row)}
      className="-my-0.5 grid size-6 shrink-0 place-items-center rounded text-text-3 hover:bg-sunken hover:text-text"
    >
      <svg aria-hidden viewBox="0 0 14 14" fill="none" stroke="currentColor" strokeWidth="1.5" className="size-3.5">
        <path d="M1.5 2.5h11v9h-11zM8.5 2.5v9" />
      </svg>
    </button>
  );
}
