'use client';

import { onDemand } from '@/components/ui/on-demand';
import { useTabOffers } from '@/lib/undo/tab-offers';

const UndoNotices = onDemand(() => import('./undo-notices').then((module) => module.UndoNotices), null);

/** What was just done, with the way back. Neither a pointer over it nor the focus in it lets it go away (WCAG 2.2.1). */
export function UndoRegion() {
  const offers = useTabOffers();
  const hold = (held: boolean) => () => offers?.hold(held);
  return (
    <section
      aria-label="Just done"
      onPointerEnter={hold(true)}
      onPointerLeave={hold(false)}
      onFocus={hold(true)}
      onBlur={hold(false)}
      className="fixed bottom-16 left-3 z-20 grid max-w-[calc(100vw-1.5rem)] gap-2 sm:bottom-3 sm:left-16 lg:left-52"
    >
      <div aria-live="polite" className="grid gap-2">
        {offers && <UndoNotices offers={offers} />}
      </div>
    </section>
  );
}
