'use client';

import { useEffect } from 'react';

/** Name of the mark (User Timing) by which a page says that it is alive: all that came with its frame has its listeners. */
const pageAliveMark = 'page-alive';

/** Of what stands around a whole page: its effects run after those of all that it holds. */
export function usePageAlive(): void {
  useEffect(() => {
    if (performance.getEntriesByName(pageAliveMark).length === 0) performance.mark(pageAliveMark);
  }, []);
}
