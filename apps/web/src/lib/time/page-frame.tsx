'use client';

import type { ReactNode } from 'react';
import { useLinks } from '../address/use-links';
import { usePageAlive } from '../early/use-page-alive';
import type { Preferences } from '../preferences/preferences';
import { PreferencesContext } from '../preferences/use-preference';
import { PageMomentContext } from './clock';

/** Around every page: its links, and what the server knew when it made it, so that the first paint in the browser says the same. */
export function PageFrame({ atMs, chosen, children }: { atMs: number; chosen: Preferences; children: ReactNode }) {
  useLinks();
  usePageAlive();
  return (
    <PreferencesContext value={chosen}>
      <PageMomentContext value={atMs}>{children}</PageMomentContext>
    </PreferencesContext>
  );
}
