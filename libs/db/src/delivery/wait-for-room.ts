import { noBuildMessage } from '@cooperage/domain';
import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { storedText } from '../stored-text.js';
import { deliveryAnnouncement } from './delivery-announcement.js';

/** The newest head of a ref, as an evaluation that found no room read it at the git host. */
export interface WaitingHead {
  readonly projectId: string;
  readonly ref: string;
}

interface Wait {
  readonly deliveryId: string;
  readonly note: string;
  readonly delayMs: number;
  readonly head: WaitingHead | null;
}

/**
 * @internal The delivery waits, and is promised anew with all its tries: its git host has answered. What waits for an older head of
 * the same ref ends with that reason.
 */
export async function waitForRoom(tx: Queryable, { deliveryId, note, delayMs, head }: Wait): Promise<void> {
  await tx.$executeRaw`
    WITH waiting AS (
      UPDATE delivery SET status = 'evaluating', reason = 'quota_queued_builds', note = ${storedText(note)}, evaluation_attempts = 0
      WHERE id = ${deliveryId}::uuid AND status IN ('received', 'evaluating') RETURNING id, project_id
    ), promised AS (
      INSERT INTO outbox (topic, subject_id, group_id, available_at)
      SELECT 'evaluate', id, project_id, now() + ${delayMs} * interval '1 millisecond' FROM waiting
    ) SELECT ${Prisma.raw(deliveryAnnouncement('waiting'))} FROM waiting`;
  if (head === null) return;
  const ended = noBuildMessage('quota_queued_builds', {
    ref: head.ref,
    commit: null,
    repository: '',
    ownRepository: '',
  });
  await tx.$executeRaw`
    UPDATE delivery SET status = 'evaluated', note = ${storedText(ended)}, evaluated_at = now()
    WHERE project_id = ${head.projectId}::uuid AND ref = ${head.ref} AND id <> ${deliveryId}::uuid AND status = 'evaluating'
      AND reason = 'quota_queued_builds' AND event_name <> 'manual' AND replay_of IS NULL`;
}
