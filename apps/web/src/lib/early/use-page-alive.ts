'use client';

import { useEffect } from 'react';

/**
 * Says by a mark (User Timing) that the page is alive: all that came with its frame has its listeners. Of what stands around a
 * whole page, since its effects run after those of all that it holds. The first mark counts.
 */
export function usePageAlive(): void {
  useEffect(() => {
    performance.mark('page-alive');
  }, []);
}
