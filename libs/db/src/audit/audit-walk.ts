import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';

/** Most bytes of settings that one query gives if nothing else is said. A hundred entries of 16 KiB fit; entries of before they were bounded may not. */
const usualBytes = 2 * 1024 * 1024;

export interface Walk {
  readonly organizationId: string | null;
  /** What the entries are ordered by: ids from the newest on, or numbers from the oldest on. */
  readonly by: 'id' | 'number';
  /** The one to go on behind; null to begin. */
  readonly after: string | number | null;
  /** What holds for entries `e` beside that. */
  readonly where?: Prisma.Sql;
  /** Most entries. */
  readonly limit: number;
  /** Most bytes of their settings beside the first. */
  readonly maxBytes?: number;
}

export interface Stretch {
  readonly ids: readonly string[];
  /** Whether there are entries behind the last one. */
  readonly hasMore: boolean;
}

interface Step {
  readonly id: string;
  /** Of its settings and of those before it. */
  readonly bytes: number;
}

/**
 * The next entries of a chain: at least one where there is one, and no more than fit into `maxBytes` beside the first. The database
 * goes from entry to entry and stops at the bound, so it does not unpack what nobody will read.
 */
export async function nextEntries(tx: Queryable, walk: Walk): Promise<Stretch> {
  const { organizationId, by, after, where, limit, maxBytes = usualBytes } = walk;
  const isNewestFirst = by === 'id';
  const key = isNewestFirst ? Prisma.sql`e.id` : Prisma.sql`e.number`;
  const start = isNewestFirst ? Prisma.sql`${after ?? lastId}::uuid` : Prisma.sql`${after ?? 0}::int`;
  const behind = isNewestFirst ? Prisma.sql`e.id < walk.key` : Prisma.sql`e.number > walk.key`;
  const order = isNewestFirst ? Prisma.sql`e.id DESC` : Prisma.sql`e.number`;
  const chain =
    organizationId === null ? Prisma.sql`e.organization_id IS NULL` : Prisma.sql`e.organization_id = ${organizationId}`;
  const steps = await tx.$queryRaw<Step[]>`
    WITH RECURSIVE walk AS (
      SELECT ${start} AS key, NULL::uuid AS id, 0::float8 AS bytes, 0 AS place
      UNION ALL
      SELECT next.key, next.id, walk.bytes + size.bytes, walk.place + 1 FROM walk
        CROSS JOIN LATERAL (
          SELECT ${key} AS key, e.id FROM audit_entry e
          WHERE ${chain} AND ${behind} ${where ?? Prisma.empty} ORDER BY ${order} LIMIT 1) AS next
        CROSS JOIN LATERAL (
          SELECT coalesce(octet_length(s.before::text), 0) + coalesce(octet_length(s.after::text), 0) AS bytes
          FROM audit_entry s WHERE s.id = next.id) AS size
      WHERE walk.place <= ${limit} AND (walk.bytes <= ${maxBytes} OR walk.place = 1))
    SELECT id::text, bytes FROM walk WHERE place > 0 ORDER BY place`;
  // The last step may be one too many: it says that there is more.
  const kept = steps.filter(({ bytes }, index) => index < limit && (index === 0 || bytes <= maxBytes));
  return { ids: kept.map(({ id }) => id), hasMore: kept.length < steps.length };
}

const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
