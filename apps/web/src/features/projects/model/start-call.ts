import type { ApiCall } from '@/lib/format/shell';

/** A build by hand of the default branch, for a terminal. */
export function startCall({ id, defaultBranch }: { id: string; defaultBranch: string | null }): ApiCall {
  return { method: 'POST', path: `/projects/${id}/builds`, body: { ref: `refs/heads/${defaultBranch ?? 'main'}` } };
}
