import { Prisma } from '../generated/client.js';

/** Deliveries that people asked for may be any number. So many of the newest ones are looked at. */
const mostDeliveries = 200;
const lastId = Prisma.sql`'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid`;

/** Builds that ended and were not canceled, as the index `build_ended_ref_idx` has them. */
export const endedOfItself = Prisma.sql`status IN ('succeeded', 'failed', 'timed_out')`;
/** As `build_green_ref_idx` has them. */
export const succeeded = Prisma.sql`status = 'succeeded'`;

/**
 * A row with id, status and digest of the newest build of a ref; none where there is none. Its order is that of the index alone, so that one
 * row is read: where builds of one ref are many, an index of all builds would seem as good, and be read up to the first that passes.
 * @param projectId an expression for it, as `ref`
 * @param which `endedOfItself` or `succeeded`: each has an index
 */
export function newestBuild(projectId: Prisma.Sql, ref: Prisma.Sql, which: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(
    SELECT id, status, digest FROM (
      SELECT ref, id, status, digest FROM build
      WHERE project_id = ${projectId} AND (ref, id) <= (${ref}, ${lastId}) AND ${which}
      ORDER BY ref DESC, id DESC LIMIT 1) last_up_to
    WHERE ref = ${ref})`;
}

/**
 * A row with `received_at` of the newest delivery that was a call of the git host; none where people asked for all that are looked at.
 * @param projectId an expression for it
 */
export function lastCall(projectId: Prisma.Sql): Prisma.Sql {
  // Without an index of its own, which each delivery would have to be written to.
  return Prisma.sql`(
    SELECT received_at FROM (
      SELECT id, received_at, event_name FROM delivery WHERE project_id = ${projectId} ORDER BY id DESC LIMIT ${mostDeliveries}) newest
    WHERE event_name <> 'manual' ORDER BY id DESC LIMIT 1)`;
}
