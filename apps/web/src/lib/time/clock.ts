'use client';

import { createContext, useContext, useSyncExternalStore } from 'react';

/** The server's moment at which the page was made, so that the first paint in the browser says the same. */
export const PageMomentContext = createContext(0);

const listeners = new Map<number, Set<() => void>>();
const timers = new Map<number, ReturnType<typeof setInterval>>();

/** Now, in milliseconds to the second, anew every `stepMs`. All that tick at one pace share one timer. */
export function useNow(stepMs: 1000 | 15_000): number {
  const pageMoment = useContext(PageMomentContext);
  return useSyncExternalStore(
    (listener) => subscribe(stepMs, listener),
    () => Math.floor(Date.now() / 1000) * 1000,
    () => pageMoment,
  );
}

function subscribe(stepMs: number, listener: () => void): () => void {
  const group = listeners.get(stepMs) ?? new Set();
  listeners.set(stepMs, group.add(listener));
  if (!timers.has(stepMs)) {
    timers.set(
      stepMs,
      setInterval(() => {
        for (const each of group) each();
      }, stepMs),
    );
  }
  return () => {
    group.delete(listener);
    if (group.size > 0) return;
    clearInterval(timers.get(stepMs));
    timers.delete(stepMs);
  };
}
