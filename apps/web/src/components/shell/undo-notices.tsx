'use client';

import { useSyncExternalStore } from 'react';
import { Button } from '@/components/ui/button';
import { useRefresh } from '@/lib/live/tab-service';
import type { Offer, UndoOffers } from '@/lib/undo/undo-offers';

const none: readonly Offer[] = [];

export function UndoNotices({ offers }: { offers: UndoOffers }) {
  const shown = useSyncExternalStore(offers.subscribe, offers.current, () => none);
  return shown.map((offer) => <Notice key={offer.id} offer={offer} takeBack={() => offers.takeBack(offer.id)} />);
}

function Notice({ offer, takeBack }: { offer: Offer; takeBack: () => Promise<void> }) {
  const refresh = useRefresh();
  return (
    <div className="undo-notice relative flex flex-wrap items-center gap-3 overflow-hidden rounded border border-line-strong bg-surface py-2 pr-2 pl-3 shadow-xl">
      <span className="min-w-0">
        {offer.state === 'undone' ? `Taken back: ${offer.done}.` : `${offer.done}.`}
        {offer.state === 'failed' && (
          <span className="block text-bad">It could not be taken back: {offer.problem?.title}.</span>
        )}
      </span>
      {offer.state !== 'undone' && (
        <Button shortcut="z" disabled={offer.state === 'undoing'} onClick={() => void takeBack().then(refresh)}>
          {offer.state === 'failed' ? 'Try again' : 'Undo'}
        </Button>
      )}
      {offer.state === 'open' && <span aria-hidden className="undo-time" />}
    </div>
  );
}
