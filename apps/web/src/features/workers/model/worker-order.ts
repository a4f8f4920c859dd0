import type { WorkerView } from '@cooperage/contracts';

const states: readonly WorkerView['state'][] = ['lost', 'draining', 'busy', 'idle', 'ended'];
const roles: readonly WorkerView['role'][] = ['builder', 'control', 'api', 'live'];

/** Builders first, and among them those that need someone. */
export function orderWorkers(workers: readonly WorkerView[]): WorkerView[] {
  return [...workers].sort(
    (a, b) =>
      roles.indexOf(a.role) - roles.indexOf(b.role) ||
      states.indexOf(a.state) - states.indexOf(b.state) ||
      a.name.localeCompare(b.name),
  );
}

/** How full something is, in twelfths, for a bar; from one on as soon as anything is used. */
export function usedTwelfths({ freeBytes, totalBytes }: { freeBytes: number; totalBytes: number }): number {
  if (totalBytes <= 0) return 0;
  const used = Math.min(1, Math.max(0, 1 - freeBytes / totalBytes));
  return used === 0 ? 0 : Math.max(1, Math.round(used * 12));
}

/** What became of a build that a lost worker had. */
export function lostBuildWords(build: WorkerView['lostBuilds'][number]): string {
  if (build.nextAttempt !== null) return `attempt ${build.attempt} was lost; attempt ${build.nextAttempt} followed`;
  if (build.status === 'queued') return `attempt ${build.attempt} was lost; the next one waits for a worker`;
  return `attempt ${build.attempt} was lost, and no other followed: ${build.status.replaceAll('_', ' ')}`;
}
