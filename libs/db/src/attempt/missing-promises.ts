import { Prisma } from '../generated/client.js';
import { channels } from '../listen/channels.js';

/** Part of a walk over builds that are under way, in the order of their ids. */
export interface PromisedAgain {
  /** Builds of which nobody would have published the image. */
  readonly buildIds: readonly string[];
  /** Where the next part begins: behind this build, or with the first one. */
  readonly after: string | null;
}

/** Every row has an id above. */
export const firstBuild = '00000000-0000-0000-0000-000000000000';

/**
 * A builder writes with `built` that the image is to be published. One that was taken over may leave that out, and then nothing leads to the
 * build any more: no lease, no time limit, no work. Looks at the next `limit` builds that run, a step along `build_open_idx`, and promises it
 * for those that have waited for control for longer than `olderThanMs` (R22D-4). A row that somebody holds has its turn with the next walk.
 * Where two controls promise the same, the second one finds nothing to do.
 */
export function missingPromisesSql(after: string, limit: number, olderThanMs: number): Prisma.Sql {
  const withControl = Prisma.sql`stage IN ('control', 'publishing')`;
  return Prisma.sql`
    WITH running AS MATERIALIZED (
      SELECT id, project_id, stage, coalesce(built_at, started_at, queued_at) AS since FROM build
      WHERE status = 'running' AND id > ${after}::uuid ORDER BY id LIMIT ${limit}
    ), waiting AS MATERIALIZED (
      SELECT id, project_id FROM running WHERE ${withControl} AND since < now() - ${olderThanMs} * interval '1 millisecond'
    ), promised AS MATERIALIZED (
      SELECT subject_id FROM outbox WHERE topic = 'publish' AND group_id = ANY (ARRAY(SELECT DISTINCT project_id FROM waiting))
    ), missing AS (
      SELECT id, project_id FROM build
      WHERE id = ANY (ARRAY(SELECT id FROM waiting WHERE id NOT IN (SELECT subject_id FROM promised))) AND status = 'running' AND ${withControl}
      ORDER BY id FOR UPDATE SKIP LOCKED
    ), added AS (
      INSERT INTO outbox (topic, subject_id, group_id) SELECT 'publish', id, project_id FROM missing RETURNING topic, subject_id
    )
    SELECT coalesce((SELECT array_agg(subject_id::text) FROM added), '{}') AS "buildIds",
      CASE WHEN (SELECT count(*) FROM running) = ${limit} THEN (SELECT id::text FROM running ORDER BY id DESC LIMIT 1) END AS after,
      (SELECT string_agg(pg_notify(${channels.outbox}, topic)::text, '') FROM (SELECT DISTINCT topic FROM added) t) AS woken`;
}
