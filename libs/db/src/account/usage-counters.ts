import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { losable } from '../losable.js';

/** What triggers count. Bytes have one sum, build time one of each day (UTC). */
export type CountedKind =
  | 'imageBytes'
  | 'stagedBytes'
  | 'cacheBytes'
  | 'logBytes'
  | 'recordBytes'
  | 'deliveryBytes'
  | 'buildMs';

/** What the quota of logs bounds: the logs, and what builds leave beside them (docs/adr/0076). */
export const keptOfBuilds: readonly CountedKind[] = ['logBytes', 'recordBytes'];

const foldedAtOnce = 20_000;
/** An exabyte: more than anybody uses, and less than what a column holds. */
const most = 1_000_000_000_000_000_000n;

/** SQL: a sum that its column can hold. One that cannot be stored would keep those of all organizations from it. */
const bounded = (sum: Prisma.Sql) => Prisma.sql`least(greatest(${sum}, -${most}::numeric), ${most}::numeric)::bigint`;

/**
 * Counters of what organizations use. Triggers write a difference with each change, in the same statement (so nothing can drift),
 * as a row of its own (so that nobody waits for another's counter). Control adds the differences to the totals.
 */
export class UsageCounters {
  constructor(private readonly db: Database) {}

  /** Adds differences to the totals. True where there may be more of them. */
  async fold(): Promise<boolean> {
    const [row] = await this.db.statement(
      (db) => db.$queryRaw<{ folded: number }[]>`
        WITH taken AS (
          DELETE FROM usage_delta WHERE id IN (SELECT id FROM usage_delta ORDER BY id LIMIT ${foldedAtOnce}) AND ${losable}
          RETURNING organization_id, kind, day, amount
        ), added AS (
          INSERT INTO usage_total AS t (organization_id, kind, day, amount)
          SELECT organization_id, kind, day, ${bounded(Prisma.sql`sum(amount)`)} FROM taken GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
          ON CONFLICT (organization_id, kind, day) DO UPDATE
            SET amount = ${bounded(Prisma.sql`t.amount::numeric + excluded.amount`)}
        ) SELECT count(*)::int AS folded FROM taken`,
    );
    return row!.folded === foldedAtOnce;
  }
}

/**
 * @internal SQL: rows (kind, day, amount) of the organization, totals and what is not added to them yet.
 * @param organizationId an expression
 * @param since first day of build time; bytes have none. Today is the last one: no time has been used in the future.
 */
export function countedRows(
  organizationId: Prisma.Sql,
  kinds: readonly CountedKind[],
  since: Date | null = null,
): Prisma.Sql {
  const day =
    since === null
      ? Prisma.empty
      : Prisma.sql`AND day BETWEEN ${since.toISOString().slice(0, 10)}::date AND (now() AT TIME ZONE 'UTC')::date`;
  const where = Prisma.sql`organization_id = ${organizationId} AND kind = ANY(${[...kinds]}) ${day}`;
  return Prisma.sql`(
    SELECT kind, day, amount FROM usage_total WHERE ${where}
    UNION ALL SELECT kind, day, amount FROM usage_delta WHERE ${where})`;
}

/** SQL: minutes in which builds of the organization `o` have held slots in this month, in UTC. */
export function minutesOfMonth(now = new Date()): Prisma.Sql {
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  return Prisma.sql`(
    (SELECT coalesce(sum(amount), 0)::float8 / 60000 FROM ${countedRows(Prisma.sql`o.id`, ['buildMs'], month)} AS counted)
    + (SELECT coalesce(sum(extract(epoch FROM now() - least(greatest(a.claimed_at, ${month}), now()))), 0)::float8 / 60
      FROM attempt a JOIN build b ON b.id = a.build_id
      WHERE b.organization_id = o.id AND ${isUnderWay}))`;
}

/** Over `attempt a`: it holds a slot now, so its time is not counted yet. */
export const isUnderWay = Prisma.sql`a.state IN ('dispatched', 'claimed') AND a.claimed_at IS NOT NULL AND a.ended_at IS NULL`;
