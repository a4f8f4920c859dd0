'use client';

import { type LiveScope, useRefreshOnChange } from '@/lib/live/build-changes';

/** Keeps a page as it is on the server. `tickMs` is for what changes without an event: asks again that often. */
export function LiveRefresh({ scopes, tickMs = 0, deliveries = false }: LiveRefreshProps) {
  useRefreshOnChange({ scopes, pollMs: 5000, tickMs, deliveries });
  return null;
}

export interface LiveRefreshProps {
  readonly scopes: readonly LiveScope[];
  readonly tickMs?: number;
  /** Whether deliveries of the scopes matter as well as builds. */
  readonly deliveries?: boolean;
}

/** Keeps one build's page as it is on the server, its steps too; it asks only where the socket cannot tell. */
export function LiveBuild({ projectId, buildId }: { projectId: string; buildId: string }) {
  useRefreshOnChange({ scopes: [{ projectId }], buildId, pollMs: 2000, tickMs: 0 });
  return null;
}
