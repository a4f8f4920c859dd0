'use client';

import type { ReactNode } from 'react';
import type { Preferences } from '../preferences/preferences';
import { PreferencesContext } from '../preferences/use-preference';
import { PageMomentContext } from './clock';

/** What the server knew when it made the page, so that the first paint in the browser says the same. */
export function PageFrame({ atMs, chosen, children }: { atMs: number; chosen: Preferences; children: ReactNode }) {
  return (
    <PreferencesContext value={chosen}>
      <PageMomentContext value={atMs}>{children}</PageMomentContext>
    </PreferencesContext>
  );
}
