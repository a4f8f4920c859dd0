'use client';

import { useSyncExternalStore } from 'react';
import { Button } from '@/components/ui/button';
import { useRefresh } from '@/lib/live/tab-service';
import { tabOffers } from '@/lib/undo/tab-offers';
import type { Offer } from '@/lib/undo/undo-offers';

const none: readonly Offer[] = [];

/** What was just done, with the way back. Neither a pointer over it nor the focus in it lets it go away (WCAG 2.2.1). */
export function UndoRegion() {
  const offers = useSyncExternalStore(tabOffers.subscribe, tabOffers.current, () => none);
  const hold = (held: boolean) => () => tabOffers.hold(held);
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
        {offers.map((offer) => (
          <Notice key={offer.id} offer={offer} />
        ))}
      </div>
    </section>
  );
}

function Notice({ offer }: { offer: Offer }) {
  const refresh = useRefresh();
  const takeBack = (): void => void tabOffers.takeBack(offer.id).then(refresh);
  return (
    <div className="undo-notice relative flex flex-wrap items-center gap-3 overflow-hidden rounded border border-line-strong bg-surface py-2 pr-2 pl-3 shadow-xl">
      <span className="min-w-0">
        {offer.state === 'undone' ? `Taken back: ${offer.done}.` : `${offer.done}.`}
        {offer.state === 'failed' && (
          <span className="block text-bad">It could not be taken back: {offer.problem?.title}.</span>
        )}
      </span>
      {offer.state !== 'undone' && (
        <Button shortcut="z" disabled={offer.state === 'undoing'} onClick={takeBack}>
          {offer.state === 'failed' ? 'Try again' : 'Undo'}
        </Button>
      )}
      {offer.state === 'open' && <span aria-hidden className="undo-time" />}
    </div>
  );
}
