'use client';

import { type LiveScope, useRefreshOnChange } from '@/lib/live/build-changes';

/** Keeps a page as it is on the server. `tickMs` is for what changes without an event: asks again that often. */
export function LiveRefresh({ scopes, tickMs = 0, deliveries = false, workers = false }: LiveRefreshProps) {
  useRefreshOnChange({ scopes, pollMs: 5000, tickMs, deliveries, workers });
  return null;
}

export interface LiveRefreshProps {
  readonly scopes: readonly LiveScope[];
  readonly tickMs?: number;
  /** Whether deliveries of the scopes matter as well as builds. */
  readonly deliveries?: boolean;
  /** Whether workers matter as well. */
  readonly workers?: boolean;
}

/** While the socket says nothing, only this tells whether the page could still be made: its maker may be away. */
const quietMs = 10_000;

/** Keeps one build's page as it is on the server, its steps too; what the socket cannot tell is asked for now and then. */
export function LiveBuild({ projectId, buildId }: { projectId: string; buildId: string }) {
  useRefreshOnChange({ scopes: [{ projectId }], buildId, pollMs: 2000, tickMs: quietMs });
  return null;
}
