import type { BuildSummary } from '@cooperage/contracts';
import { isFinal } from '@cooperage/domain/predicates';

const order = ['running', 'canceling', 'awaiting_approval', 'queued'];

/** Builds that have not ended, from several lists, each once: what runs first, then what waits, longest first. */
export function underWay(lists: readonly (readonly BuildSummary[])[]): BuildSummary[] {
  const byId = new Map(lists.flat().map((build) => [build.id, build]));
  return [...byId.values()]
    .filter((build) => !isFinal(build.status))
    .sort(
      (a, b) => order.indexOf(a.status) - order.indexOf(b.status) || Date.parse(a.queuedAt) - Date.parse(b.queuedAt),
    );
}

/**
 * Builds that someone has to look at: the newest of its project and ref that has ended, and it failed, or its image does
 * not verify. A failure that a later build of the same ref made good is history. `builds` come newest first.
 */
export function needsAttention(builds: readonly BuildSummary[]): BuildSummary[] {
  const seen = new Set<string>();
  return builds.filter((build) => {
    if (!isFinal(build.status) || build.status === 'canceled') return false;
    const key = `${build.projectId} ${build.ref}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return build.status !== 'succeeded' || build.verified === false;
  });
}
