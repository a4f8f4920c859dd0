import type { Zone, ZonePublications } from '@cooperage/domain';
import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';

/** What builds of a project have made of an image. */
export interface ImagePublications {
  /** A build that is not over has made it. */
  readonly isOpen: boolean;
  /** The zones of its builds, with what was published in each. */
  readonly zones: readonly ZonePublications[];
}

interface Row {
  readonly zone: Zone;
  readonly isOpen: true | null;
  readonly made: true | null;
  readonly before: true | null;
  readonly since: number | null;
}

/**
 * @internal Each part reads one row of an index: any number of builds may have made the same bytes (R14B-1). Each ORDER BY is the order
 * of that index. Without it PostgreSQL expects to meet one of many such builds soon, and reads the table from its beginning.
 */
export function publicationsSql(projectId: string, digest: string, since: Date): Prisma.Sql {
  const ofImage = Prisma.sql`b.project_id = ${projectId}::uuid AND b.digest = ${digest}`;
  const published = Prisma.sql`${ofImage} AND b.zone = z.zone AND b.status = 'succeeded'`;
  return Prisma.sql`
    SELECT z.zone,
      (SELECT true FROM build b WHERE ${ofImage} AND b.finished_at IS NULL ORDER BY b.id LIMIT 1) AS "isOpen",
      (SELECT true FROM build b WHERE ${ofImage} AND b.zone = z.zone ORDER BY b.status LIMIT 1) AS made,
      (SELECT true FROM build b WHERE ${published} AND b.finished_at <= ${since} ORDER BY b.finished_at DESC LIMIT 1) AS before,
      (SELECT b.number FROM build b WHERE ${published} AND b.finished_at > ${since} ORDER BY b.finished_at LIMIT 1) AS since
    FROM unnest(ARRAY['fork', 'branch', 'protected']) AS z(zone)`;
}

/** @param since when the deletion of the image was requested */
export async function publicationsOf(
  db: Queryable,
  projectId: string,
  digest: string,
  since: Date,
): Promise<ImagePublications> {
  const rows = await db.$queryRaw<Row[]>(publicationsSql(projectId, digest, since));
  const zones = rows.filter(({ made }) => made);
  return {
    isOpen: rows.some(({ isOpen }) => isOpen),
    zones: zones.map((row) => ({ zone: row.zone, before: row.before === true, since: row.since })),
  };
}
