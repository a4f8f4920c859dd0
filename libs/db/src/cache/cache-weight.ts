import type { Database } from '../database.js';
import { isStatementTooLong } from '../database-errors.js';
import { Prisma } from '../generated/client.js';

/** More blobs of one project may take longer to be weighed than a statement may, on a machine that has nothing else to do. */
export const mostWeighed = 250_000;

/**
 * Whether the blobs of a project are too many to be weighed in one statement, which `error` ended. The time alone says nothing of the
 * project: the database may be slow for all, or a lock in the way.
 * @throws what the count throws, in a database that is slow or blocked
 */
export async function isTooManyToWeigh(
  db: Database,
  projectId: string,
  error: unknown,
  most: number,
): Promise<boolean> {
  if (!isStatementTooLong(error)) return false;
  const [row] = await db.prisma.$queryRaw<[{ count: number }]>`
    SELECT count(*)::int AS count
    FROM (SELECT FROM cache_blob WHERE project_id = ${projectId}::uuid LIMIT ${most + 1}) held`;
  return row.count > most;
}

/**
 * Bytes that all references of a project hold together in the registry, which keeps a blob once: a subquery.
 * @param zone an expression; only references of that zone
 */
export function weightOf(projectId: Prisma.Sql, zone?: Prisma.Sql): Prisma.Sql {
  const ofZone = zone
    ? Prisma.sql`AND EXISTS (SELECT 1 FROM cache_entry e WHERE e.id = blob.entry_id AND e.zone = ${zone})`
    : Prisma.empty;
  return Prisma.sql`(SELECT coalesce(sum(held.bytes), 0)::float8 FROM (
    SELECT max(blob.bytes) AS bytes FROM cache_blob blob WHERE blob.project_id = ${projectId} ${ofZone} GROUP BY blob.digest) held)`;
}

/**
 * What only one entry holds of its project, and what others hold as well: a subquery with `alone` and `others`. It looks each blob up by its
 * digest, so it costs what the entry holds, and not what the project does.
 */
export function blobShares(entryId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(SELECT coalesce(sum(blob.bytes) FILTER (WHERE NOT shared.also), 0)::float8 AS alone,
      coalesce(sum(blob.bytes) FILTER (WHERE shared.also), 0)::float8 AS others
    FROM cache_blob blob CROSS JOIN LATERAL (SELECT count(*) > 0 AS also FROM (
      SELECT 1 FROM cache_blob other WHERE other.project_id = blob.project_id AND other.digest = blob.digest
        AND other.entry_id <> blob.entry_id LIMIT 1) one) shared
    WHERE blob.entry_id = ${entryId})`;
}
