import type { BuildCount } from '@cooperage/contracts';
import type { ReactNode } from 'react';
import { Link } from '@/components/ui/link';
import { type Grouping, listHref } from '../model/list-address';

interface ListBarProps {
  readonly path: string;
  readonly filter: string;
  readonly group: Grouping | null;
  /** Null when it could not be counted. */
  readonly count: BuildCount | null;
  readonly children: ReactNode;
}

const choices = [
  { group: null, label: 'Each build' },
  { group: 'commit', label: 'By commit' },
  { group: 'failure', label: 'By failure' },
] as const;

/** How many there are, how they are put together, and views that were kept. */
export function ListBar({ path, filter, group, count, children }: ListBarProps) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-5 gap-y-2 text-sm text-text-2">
      <span className="tabular-nums">{count && countWords(count)}</span>
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
        {children}
        <nav aria-label="Grouping" className="flex gap-1">
          {choices.map((choice) => (
            <Link
              key={choice.label}
              href={listHref(path, filter, choice.group)}
              aria-current={choice.group === group ? 'true' : undefined}
              className="rounded border border-transparent px-2 py-0.5 hover:text-text aria-[current=true]:border-line-strong aria-[current=true]:bg-surface aria-[current=true]:text-text"
            >
              {choice.label}
            </Link>
          ))}
        </nav>
      </div>
    </div>
  );
}

function countWords({ count, more }: BuildCount): string {
  if (more) return '1k+ builds';
  return count === 1 ? '1 build' : `${count.toLocaleString('en')} builds`;
}
