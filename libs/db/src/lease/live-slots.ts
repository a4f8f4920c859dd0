import type { Lane } from '@cooperage/domain';
import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';

/**
 * Live builders that take builds; one whose engine does not answer says so in its note, and takes nothing. One that an administrator
 * drains says so too, and is given nothing whatever it says.
 */
const takesBuilds = Prisma.sql`role = 'builder' AND ended_at IS NULL AND heartbeat_at > now() - interval '30 seconds'
  AND coalesce(info->>'note', '') = ''
  AND NOT EXISTS (SELECT 1 FROM worker_drain d WHERE d.name = process_instance.name AND d.pool = process_instance.pool)`;

/** Builders for trusted builds count only with this engine; one that does not say its engine has it. */
function isFitting(engine: string | null): Prisma.Sql {
  if (engine === null) return Prisma.sql`true`;
  return Prisma.sql`(pool = 'strangers' OR coalesce(info->>'engine', ${engine}) = ${engine})`;
}

/** What live builders can take. */
export const liveSlots = Prisma.sql`(
  SELECT coalesce(sum((info->>'slots')::int), 0)::int FROM process_instance WHERE ${takesBuilds})`;

export interface FreeWorker {
  readonly lane: Lane;
  readonly name: string;
  /** Slots that no attempt is in or on its way to. Below zero where a worker has fewer than before. */
  readonly free: number;
  readonly slots: number;
}

/**
 * The builders that take builds now, by name: a builder that is replaced by one of its name is the same one.
 * @param engine that builds what is trusted; null where that is not known
 */
export function freeWorkers(tx: Queryable, engine: string | null): Promise<FreeWorker[]> {
  return tx.$queryRaw<FreeWorker[]>`
    WITH worker AS (
      SELECT pool AS lane, name, sum((info->>'slots')::int) AS slots FROM process_instance
      WHERE ${takesBuilds} AND ${isFitting(engine)} GROUP BY 1, 2
    ), held AS (
      SELECT lane, coalesce(placed_on, worker_name) AS name, count(*) AS held FROM attempt
      WHERE state IN ('dispatched', 'claimed') GROUP BY 1, 2
    )
    SELECT lane, name, w.slots::int AS slots, (w.slots - coalesce(h.held, 0))::int AS free FROM worker w LEFT JOIN held h USING (lane, name)`;
}
