'use client';

import { useSyncExternalStore } from 'react';

/** What the palette looks through: everything, or what may stand in place of a part of the breadcrumb. */
export type PaletteScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'projects' }
  | { readonly kind: 'builds'; readonly project: string };

let scope: PaletteScope | null = null;
let ahead = '';
const listeners = new Set<() => void>();

function change(next: PaletteScope | null): void {
  scope = next;
  for (const listener of listeners) listener();
}

export function openPalette(next: PaletteScope = { kind: 'all' }): void {
  ahead = '';
  change(next);
}

/** Its code comes with its first use. What is typed until then is kept for its field. @returns whether it was kept */
export function typeAhead(key: string): boolean {
  if (scope === null || key.length !== 1) return false;
  ahead += key;
  return true;
}

export const typedAhead = (): string => ahead;

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
