'use client';

import { useSyncExternalStore } from 'react';

/** What the palette looks through: everything, or what may stand in place of a part of the breadcrumb. */
export type PaletteScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'projects' }
  | { readonly kind: 'builds'; readonly project: string };

let scope: PaletteScope | null = null;
const listeners = new Set<() => void>();

function change(next: PaletteScope | null): void {
  scope = next;
  for (const listener of listeners) listener();
}

export const openPalette = (next: PaletteScope = { kind: 'all' }): void => change(next);
export const closePalette = (): void => change(null);

/** What the palette is open for; null while it is closed. */
export function usePaletteScope(): PaletteScope | null {
  return useSyncExternalStore(
    subscribe,
    () => scope,
    () => null,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
