'use client';

import { type LiveScope, useRefreshOnChange } from '@/lib/live/build-changes';

/** Keeps a page as it is on the server. `tickMs` is for what changes without an event: asks again that often. */
export function LiveRefresh({ scopes, tickMs = 0 }: { scopes: readonly LiveScope[]; tickMs?: number }) {
  useRefreshOnChange({ scopes, pollMs: 5000, tickMs });
  return null;
}

/** Keeps one build's page as it is on the server; its steps have no event of their own and are asked for while it runs. */
export function LiveBuild({ projectId, buildId, running }: { projectId: string; buildId: string; running: boolean }) {
  useRefreshOnChange({ scopes: [{ projectId }], buildId, pollMs: 2000, tickMs: running ? 2500 : 0 });
  return null;
}
