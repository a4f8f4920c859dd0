import type { ReactNode } from 'react';
import { classes } from '@/lib/classes';

export interface CardProps {
  readonly title?: ReactNode;
  readonly aside?: ReactNode;
  readonly id?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Card({ title, aside, id, className, children }: CardProps) {
  return (
    <section
      id={id}
      aria-label={typeof title === 'string' ? title : undefined}
      className={classes('min-w-0 rounded border border-line bg-surface', className)}
    >
      {title !== undefined && (
        <div className="flex min-h-9 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line px-3 py-1.5">
          <h2 className="text-xs font-semibold text-text-2">{title}</h2>
          {aside && <div className="flex items-center gap-2 text-xs text-text-2">{aside}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

/** Pairs of a name and its value, in two columns. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[minmax(6.5rem,max-content)_1fr] gap-x-4 gap-y-1.5 px-3 py-2.5">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-text-2">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
