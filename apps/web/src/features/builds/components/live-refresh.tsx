'use client';

import { type LiveScope, useRefreshOnChange } from '@/lib/live/build-changes';

/** Keeps a list of builds as it is on the server. */
export function LiveRefresh({ scopes }: { scopes: readonly LiveScope[] }) {
  useRefreshOnChange({ scopes, pollMs: 5000, tickMs: 0 });
  return null;
}

/** Keeps one build's page as it is on the server; its steps have no event of their own and are asked for while it runs. */
export function LiveBuild({ projectId, buildId, running }: { projectId: string; buildId: string; running: boolean }) {
  useRefreshOnChange({ scopes: [{ projectId }], buildId, pollMs: 2000, tickMs: running ? 2500 : 0 });
  return null;
}
