import type { ReactNode } from 'react';
import { classes } from '@/lib/classes';

/** A list in columns. The columns that a phone has no room for carry `wide` in their cells. */
export function Table({ label, head, children }: { label: string; head: ReactNode; children: ReactNode }) {
  return (
    <div className="relative overflow-x-auto">
      <table aria-label={label} className="w-full border-collapse text-sm">
        <thead>
          <tr className="border-b border-line text-left text-xs text-text-2">{head}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

interface CellProps {
  readonly children?: ReactNode;
  /** Left out below 832 px. */
  readonly wide?: boolean;
  /** For numbers that people compare. */
  readonly right?: boolean;
  readonly className?: string;
}

function cellClass({ wide, right, className }: CellProps): string {
  return classes('px-3', wide && 'hidden md:table-cell', right && 'text-right tabular-nums', className);
}

/** Head of a column. One over buttons has no words, and is then no head. */
export function Th(props: CellProps) {
  if (props.children === undefined) return <td className={cellClass(props)} />;
  return (
    <th scope="col" className={classes('h-8 font-semibold whitespace-nowrap', cellClass(props))}>
      {props.children}
    </th>
  );
}

export function Td(props: CellProps) {
  return <td className={classes('h-(--row) py-1.5 align-middle', cellClass(props))}>{props.children}</td>;
}

export const rowClass =
  'border-b border-line last:border-b-0 hover:bg-sunken focus-within:bg-accent-bg focus-within:shadow-[inset_3px_0_var(--accent)]';
