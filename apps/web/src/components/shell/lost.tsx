import type { ReactNode } from 'react';
import { buttonClass } from '@/components/ui/button';
import { Mark } from './mark';

/** A page for those who came to no page. */
export function Lost({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <main id="main" className="mx-auto grid min-h-[70dvh] max-w-[60ch] content-center gap-3 px-5 py-12">
      <Mark className="size-9 text-text-2" />
      <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
      <p className="text-text-2">{children}</p>
      <p className="flex gap-2">
        {action}
        <a href="/" className={buttonClass(action ? 'plain' : 'primary')}>
          Go to the overview
        </a>
      </p>
    </main>
  );
}
