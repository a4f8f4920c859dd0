'use client';

import { useEffect } from 'react';

declare global {
  interface Document {
    /** When the page had come alive, see `usePageAlive`: milliseconds since it was asked for. Undefined before. */
    aliveAtMs?: number;
  }
}

/**
 * Says that the page is alive: all that came with its frame has its listeners. Of what stands around a whole page, since its
 * effects run after those of all that it holds.
 */
export function usePageAlive(): void {
  useEffect(() => {
    document.aliveAtMs ??= performance.now();
  }, []);
}
