import { quotaSentence, type Verdict } from '@cooperage/domain';
import { quotaIn } from '../account/quota-repository.js';
import type { Queryable } from '../database.js';

/** How many builds of an organization may still be put into its queue, and what to say at the limit. */
export interface QueueRoom {
  readonly left: number;
  readonly limit: number;
  readonly sentence: string;
}

/** Evaluations of one organization that end in the same moment may pass the limit by one build each. */
export async function queueRoomIn(tx: Queryable, organizationId: string): Promise<QueueRoom> {
  const { queuedBuilds: limit } = (await quotaIn(tx, organizationId)).effective;
  if (limit === null) return { left: Number.MAX_SAFE_INTEGER, limit: Number.MAX_SAFE_INTEGER, sentence: '' };
  const queued = await tx.build.count({ where: { organizationId, status: 'queued' } });
  return { left: Math.max(0, limit - queued), limit, sentence: quotaSentence('queuedBuilds', queued, limit) };
}

/** What of an evaluation fits into the queue now. `full`: nothing may begin yet, and why, for a person. */
export type QueueFit = { readonly full: string } | { readonly full: null; readonly verdicts: readonly Verdict[] };

/**
 * All builds of an evaluation begin together, or it waits for room. Where more rules match than builds may ever wait, what fits
 * begins in the empty queue, and the other verdicts say why they start nothing.
 */
export async function withinQueue(
  tx: Queryable,
  organizationId: string,
  verdicts: readonly Verdict[],
): Promise<QueueFit> {
  const wanted = verdicts.filter(({ matched }) => matched).length;
  if (wanted === 0) return { full: null, verdicts };
  const room = await queueRoomIn(tx, organizationId);
  if (room.left < Math.max(1, Math.min(wanted, room.limit))) return { full: room.sentence };
  let left = room.left;
  const fitting = verdicts.map((verdict) => {
    if (!verdict.matched || left-- > 0) return verdict;
    return { ...verdict, matched: false, reason: 'quota_queued_builds', explanation: room.sentence, tags: [] } as const;
  });
  return { full: null, verdicts: fitting };
}
