'use client';

import { useSyncExternalStore } from 'react';

let sinceMs: number | null = null;
const listeners = new Set<() => void>();

/** Told by whoever reads a stream: whether it is behind what is live, and reads the rest from the archive. */
export function reportLag(behind: boolean): void {
  if (behind === (sinceMs !== null)) return;
  sinceMs = behind ? Date.now() : null;
  for (const listener of listeners) listener();
}

/** Since when this tab is behind, in milliseconds since 1970; null while it is not. */
export function useLag(): number | null {
  return useSyncExternalStore(
    subscribe,
    () => sinceMs,
    () => null,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
