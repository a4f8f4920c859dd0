import { quotaSentence, type Verdict } from '@cooperage/domain';
import { quotaIn } from '../account/quota-repository.js';
import type { Queryable } from '../database.js';

/** How many builds of an organization may still be put into its queue, and what to say at the limit. */
export interface QueueRoom {
  readonly left: number;
  readonly sentence: string;
}

/** Evaluations of one organization that end in the same moment may pass the limit by one build each. */
export async function queueRoomIn(tx: Queryable, organizationId: string): Promise<QueueRoom> {
  const { queuedBuilds: limit } = (await quotaIn(tx, organizationId)).effective;
  if (limit === null) return { left: Number.MAX_SAFE_INTEGER, sentence: '' };
  const queued = await tx.build.count({ where: { organizationId, status: 'queued' } });
  return { left: Math.max(0, limit - queued), sentence: quotaSentence('queuedBuilds', queued, limit) };
}

/** The same verdicts, of which those that match and do not fit into the queue say why they start nothing. */
export async function withinQueue(
  tx: Queryable,
  organizationId: string,
  verdicts: readonly Verdict[],
): Promise<readonly Verdict[]> {
  if (!verdicts.some(({ matched }) => matched)) return verdicts;
  const room = await queueRoomIn(tx, organizationId);
  let left = room.left;
  return verdicts.map((verdict) => {
    if (!verdict.matched || left-- > 0) return verdict;
    return { ...verdict, matched: false, reason: 'quota_queued_builds', explanation: room.sentence, tags: [] } as const;
  });
}
