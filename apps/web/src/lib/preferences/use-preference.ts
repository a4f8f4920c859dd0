'use client';

import { createContext, useContext, useSyncExternalStore } from 'react';
import {
  type Preference,
  type PreferenceName,
  type Preferences,
  parsePreference,
  preferenceCookie,
} from './preferences';

/** As the server read them for this page. */
export const PreferencesContext = createContext<Preferences | null>(null);

const listeners = new Set<() => void>();

/** The choice that holds now, also after it was changed in this tab. */
export function usePreference<N extends PreferenceName>(name: N): Preference<N> {
  const server = useContext(PreferencesContext);
  return useSyncExternalStore(
    subscribe,
    () => parsePreference(name, document.documentElement.dataset[name]),
    () => server?.[name] ?? parsePreference(name, undefined),
  );
}

export function setPreference<N extends PreferenceName>(name: N, value: Preference<N>): void {
  document.documentElement.dataset[name] = value;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing where the page came over plain http
  document.cookie = `${preferenceCookie(name)}=${value}; path=/; max-age=31536000; samesite=lax`;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
