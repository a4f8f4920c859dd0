import type { ReactNode } from 'react';
import { Mark } from '@/components/shell/mark';

/** Frame of the pages for those who are not signed in. It hangs from the top, so that what comes later moves nothing. */
export function FrontDoor({ title, lead, children }: { title: string; lead: string | null; children: ReactNode }) {
  return (
    <main id="main" className="mx-auto grid max-w-md gap-4 px-5 pt-[max(2.5rem,16dvh)] pb-10">
      <div className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
        <Mark className="size-7" /> Cooperage
      </div>
      <div className="grid gap-4 rounded border border-line bg-surface p-5">
        <div>
          <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
          {lead && <p className="mt-1 text-text-2">{lead}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}
