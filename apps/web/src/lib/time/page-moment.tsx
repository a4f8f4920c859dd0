'use client';

import type { ReactNode } from 'react';
import { PageMomentContext } from './clock';

export function PageMoment({ atMs, children }: { atMs: number; children: ReactNode }) {
  return <PageMomentContext value={atMs}>{children}</PageMomentContext>;
}
