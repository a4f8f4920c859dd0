import type { ReactNode } from 'react';
import { Keyboard } from '@/components/shell/keyboard';
import { Rail } from '@/components/shell/rail';
import { ServiceStrip } from '@/components/shell/service-strip';
import { TimeHint } from '@/components/shell/time-hint';
import { UndoRegion } from '@/components/shell/undo-region';

/** Pages for people who are signed in. Each asks the API for its data and is sent to the sign-in page by its answer. */
export default function MainLayout({ children }: { children: ReactNode }) {
  return (
    <div className="sm:flex">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-30 focus:rounded focus:bg-surface focus:px-3 focus:py-2"
      >
        Skip to the content
      </a>
      <Rail />
      <div className="min-w-0 flex-1">{children}</div>
      <Keyboard />
      <UndoRegion />
      <ServiceStrip />
      <TimeHint />
    </div>
  );
}
