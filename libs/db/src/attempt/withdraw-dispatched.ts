import type { Queryable } from '../database.js';

/**
 * Ends the attempt of a build that has just left the queue for good: it must neither be claimed nor keep a slot. A
 * statement of its own, behind the transition and in its transaction, so that it sees an attempt made a moment before.
 */
export async function withdrawDispatchedIn(
  tx: Queryable,
  buildId: string,
  state: 'canceled' | 'timed_out',
): Promise<void> {
  await tx.$executeRaw`
    UPDATE attempt SET state = ${state}, ended_at = now(), log_complete = true, registry_token = NULL
    WHERE build_id = ${buildId}::uuid AND state = 'dispatched'`;
}
