import { Prisma } from '../generated/client.js';

/**
 * What one statement meets of large values: each 2 KB of one are a row of the store for large values, which is read and marked. A build's
 * ordinary rows have less, so that their number decides.
 */
const bytesAtOnce = 64 * 1024 * 1024;

/** Rows that one statement deletes or empties. */
export interface Portion {
  readonly table: string;
  /** Over the columns of the table. */
  readonly where: Prisma.Sql;
  readonly atOnce: number;
  /** Columns that may hold large values. */
  readonly large?: readonly string[];
  readonly mostBytes?: number;
}

/**
 * Common table expressions: `found`, up to `atOnce` rows, and `portion`, as many of them as have `mostBytes` together, and at least one. The
 * sizes are those in the store: they are known without reading the values.
 */
export function portionOf({ table, where, atOnce, large = [], mostBytes = bytesAtOnce }: Portion): Prisma.Sql {
  return Prisma.sql`
    found AS MATERIALIZED (
      SELECT ctid AS place, ${storedBytes(large)} AS bytes FROM ${Prisma.raw(table)} WHERE ${where} LIMIT ${atOnce}
    ), portion AS (
      SELECT place FROM (
        SELECT place, row_number() OVER one_by_one AS at, sum(bytes) OVER one_by_one AS bytes FROM found
        WINDOW one_by_one AS (ROWS UNBOUNDED PRECEDING)) summed
      WHERE at = 1 OR bytes <= ${mostBytes}
    )`;
}

/** Bytes of these columns in the store. */
export function storedBytes(columns: readonly string[]): Prisma.Sql {
  const sizes = columns.map((column) => `coalesce(pg_column_size(${column}), 0)`);
  return Prisma.raw(['0::bigint', ...sizes].join(' + '));
}
