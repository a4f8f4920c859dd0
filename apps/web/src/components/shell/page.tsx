import type { ReactNode } from 'react';
import type { Crumb } from './crumbs';
import { TopBar } from './top-bar';

export interface PageProps {
  readonly crumbs: readonly Crumb[];
  /** Address below `/api/v1` of what the page shows. */
  readonly curl?: string;
  readonly children: ReactNode;
}

export function Page({ crumbs, curl, children }: PageProps) {
  return (
    <>
      <TopBar crumbs={crumbs} curl={curl} />
      <main id="main" className="grid grid-cols-[minmax(0,1fr)] gap-4 px-3 pt-4 pb-24 sm:px-5.5 sm:pb-10">
        {children}
      </main>
    </>
  );
}

/** First line of a page's content: what it is, and the one thing to do here. */
export function PageTitle({
  title,
  children,
  actions,
}: {
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="text-xl font-semibold tracking-tight break-words">{title}</h1>
        {children && <div className="mt-1 text-text-2">{children}</div>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  );
}
