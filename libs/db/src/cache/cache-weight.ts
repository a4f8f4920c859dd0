import { Prisma } from '../generated/client.js';

/**
 * Bytes that all references of a project hold together in the registry, which keeps a blob once: a subquery.
 * @param zone an expression; only references of that zone
 */
export function weightOf(projectId: Prisma.Sql, zone?: Prisma.Sql): Prisma.Sql {
  const counted = Prisma.sql`e.project_id = ${projectId} AND ${zone ? Prisma.sql`e.zone = ${zone}` : Prisma.sql`true`}`;
  return Prisma.sql`(SELECT coalesce(sum(held.bytes), 0)::float8 FROM (
    SELECT DISTINCT blob.digest, blob.bytes FROM cache_entry e, unnest(e.blob_digests, e.blob_bytes) AS blob(digest, bytes)
      WHERE ${counted}
    UNION ALL SELECT e.digest, e.bytes FROM cache_entry e WHERE ${counted} AND e.blob_digests = '{}') held)`;
}

/** Joins to an entry `e` what only it holds of a project, and what others hold as well: `share.alone`, `share.others`. */
export const blobShares = Prisma.sql`LEFT JOIN LATERAL (
  SELECT coalesce(sum(blob.bytes) FILTER (WHERE NOT shared.also), 0)::float8 AS alone,
    coalesce(sum(blob.bytes) FILTER (WHERE shared.also), 0)::float8 AS others
  FROM unnest(e.blob_digests, e.blob_bytes) AS blob(digest, bytes)
  CROSS JOIN LATERAL (SELECT blob.digest IN (SELECT several.digest FROM several) AS also) shared) share ON true`;

/** Blobs that more than one reference of a project holds: a query for `several`. */
export function sharedBlobs(projectId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`SELECT blob.digest FROM cache_entry c, unnest(c.blob_digests) AS blob(digest)
    WHERE c.project_id = ${projectId} GROUP BY blob.digest HAVING count(*) > 1`;
}
