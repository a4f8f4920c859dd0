import { Prisma } from '../generated/client.js';

/** Where builds are looked for: in organizations, or in one project. */
export type BuildScope = { readonly organizationIds: readonly string[] } | { readonly projectId: string };

/** Newest builds of a place that are looked at. Those of a project whose deletion is under way are among them. */
const mostWalked = 500;
/** Builds whose commit subjects are looked through; newest first. */
const mostBuilds = 200;

/**
 * @internal Each place is a walk along its own index, which ends at `mostWalked` (R16A-4). The planner has no guess to make: `= ANY (ARRAY[…])`
 * keeps the place a part of the order, and only that index has this order. With `=` it would walk the primary key over the builds of all
 * organizations where the statistics say that most builds are of this place.
 */
export function newestBuildsSql(scope: BuildScope): Prisma.Sql {
  const [places, column] =
    'projectId' in scope
      ? [Prisma.sql`unnest(${[scope.projectId]}::uuid[])`, Prisma.sql`w.project_id`]
      : [Prisma.sql`unnest(${[...scope.organizationIds]}::text[])`, Prisma.sql`w.organization_id`];
  return Prisma.sql`
    WITH walked AS MATERIALIZED (
      SELECT b.* FROM ${places} AS place(id) CROSS JOIN LATERAL (
        SELECT w.id, w.project_id FROM build w WHERE ${column} = ANY (ARRAY[place.id])
        ORDER BY ${column}, w.id DESC LIMIT ${mostWalked}) b
    ) ${keptOf(mostBuilds)}`;
}

/** @internal One look for each project. `LIMIT` keeps the order of all out of the choice of the index. */
export function buildsOfNumberSql(projectIds: readonly string[], number: number, limit: number): Prisma.Sql {
  return Prisma.sql`
    SELECT b.id::text FROM unnest(${[...projectIds]}::uuid[]) AS place(id)
      CROSS JOIN LATERAL (SELECT w.id FROM build w WHERE w.project_id = place.id AND w.number = ${number} LIMIT 1) b
    ORDER BY b.id DESC LIMIT ${limit}`;
}

/**
 * @internal Where more than `mostWalked` builds of an organization have such a commit, that many of them are looked at: not always the newest.
 * @param prefix in lower-case hex; `g` follows `f` in the order of commits
 */
export function buildsOfCommitSql(organizationIds: readonly string[], prefix: string, limit: number): Prisma.Sql {
  return Prisma.sql`
    WITH walked AS MATERIALIZED (
      SELECT b.* FROM unnest(${[...organizationIds]}::text[]) AS place(id) CROSS JOIN LATERAL (
        SELECT w.id, w.project_id FROM build w
        WHERE w.organization_id = ANY (ARRAY[place.id]) AND w.commit >= ${prefix} AND w.commit < ${`${prefix}g`}
        ORDER BY w.organization_id DESC, w.commit DESC LIMIT ${mostWalked}) b
    ) ${keptOf(limit)}`;
}

/** @internal A few images of each project at most: nobody has many whose digests begin with the same seven digits. */
export function imagesOfDigestSql(projectIds: readonly string[], prefix: string, limit: number): Prisma.Sql {
  return Prisma.sql`
    SELECT i.id::text FROM unnest(${[...projectIds]}::uuid[]) AS place(id)
      CROSS JOIN LATERAL (
        SELECT w.id FROM image w WHERE w.project_id = ANY (ARRAY[place.id]) AND w.digest >= ${prefix} AND w.digest < ${`${prefix}g`}
        ORDER BY w.project_id, w.digest LIMIT ${limit}) i
    ORDER BY i.id DESC LIMIT ${limit}`;
}

/** Of the builds that were walked those of projects that stay, newest first. Materialized, so that no join repeats a walk. */
function keptOf(limit: number): Prisma.Sql {
  return Prisma.sql`
    SELECT b.id::text FROM walked b JOIN project p ON p.id = b.project_id AND p.deleted_at IS NULL
    ORDER BY b.id DESC LIMIT ${limit}`;
}
