import type { BuildSummary } from '@cooperage/contracts';
import { isFinal } from '@cooperage/domain/predicates';

const order = ['running', 'canceling', 'awaiting_approval', 'queued'];

/** Builds that have not ended: what runs first, then what waits, longest first. */
export function underWay(builds: readonly BuildSummary[]): BuildSummary[] {
  return builds
    .filter((build) => !isFinal(build.status))
    .sort(
      (a, b) => order.indexOf(a.status) - order.indexOf(b.status) || Date.parse(a.queuedAt) - Date.parse(b.queuedAt),
    );
}
