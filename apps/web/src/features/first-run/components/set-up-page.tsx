import type { ReactNode } from 'react';
import { Mark } from '@/components/shell/mark';
import { Card } from '@/components/ui/card';

/** Frame of the first run: wide enough for commands, and the same before and after somebody is signed in. */
export function SetUpPage({ children }: { children: ReactNode }) {
  return (
    <main id="main" className="mx-auto grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-4 px-3 pt-8 pb-16 sm:px-5">
      <div className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
        <Mark className="size-7" /> Cooperage
      </div>
      <header>
        <h1 className="text-xl font-semibold tracking-tight">Set up this installation</h1>
        <p className="mt-1 text-text-2">
          Three steps to a first signed image. Come back at any time: nothing done is lost.
        </p>
      </header>
      {children}
    </main>
  );
}

/** A step that is done, or whose turn has not come. */
export function StepNote({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card title={title}>
      <p className="px-3 py-2.5 text-text-2">{children}</p>
    </Card>
  );
}
