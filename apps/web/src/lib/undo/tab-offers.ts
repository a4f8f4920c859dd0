'use client';

import { useSyncExternalStore } from 'react';
import type { Result } from '../api/problem';
import type { UndoOffers } from './undo-offers';

let offers: UndoOffers | null = null;
const listeners = new Set<() => void>();

/** Offers to take back what was just done. Their code comes with the first one: on most pages nothing of the kind is done. */
export async function offerUndo(done: string, undo: () => Promise<Result<unknown>>): Promise<void> {
  const { UndoOffers } = await import('./undo-offers');
  offers ??= new UndoOffers({
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  });
  offers.add(done, undo);
  for (const listener of listeners) listener();
}

/** The offers of this tab; null until there was one. */
export function useTabOffers(): UndoOffers | null {
  return useSyncExternalStore(
    subscribe,
    () => offers,
    () => null,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
