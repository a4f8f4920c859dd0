'use client';

import { UndoOffers } from './undo-offers';

/** The offers of this tab. */
export const tabOffers = new UndoOffers({
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
});
