import { idFloor } from '../build/build-filter-sql.js';
import { and, type BuildFilter, filterConditions } from '../build/build-lists.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

/** Builds of one day in UTC. Times in milliseconds; null where no build says anything. */
export interface DayFacts {
  readonly day: string;
  readonly succeeded: number;
  readonly broken: number;
  readonly other: number;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  readonly medianWaitMs: number | null;
  readonly p95WaitMs: number | null;
  readonly steps: number;
  readonly reusedSteps: number;
  /** Of the images, bytes. */
  readonly medianBytes: number | null;
}
export interface GrownFacts {
  readonly buildId: string;
  readonly beforeBytes: number;
  readonly afterBytes: number;
}
export interface CauseFacts {
  readonly code: string;
  readonly count: number;
  readonly fingerprint: string;
  readonly newestId: string;
}

/** So many of the newest builds are looked at, at most. */
export const insightBuilds = 50_000;
const behind = 10;
const dayMs = 86_400_000;

/** Distributions over the builds of some days: medians and the slow end, never averages. */
export class InsightRepository {
  constructor(private readonly db: Database) {}

  /** Each day that had builds, the oldest first. */
  async days(organizationIds: readonly string[], filter: BuildFilter, days: number): Promise<DayFacts[]> {
    const took = Prisma.sql`b.took_ms) FILTER (WHERE b.status = 'succeeded'`;
    return this.db.prisma.$queryRaw<DayFacts[]>`
      SELECT to_char(b.queued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day,
        count(*) FILTER (WHERE b.status = 'succeeded')::int AS succeeded,
        count(*) FILTER (WHERE b.status IN ('failed', 'timed_out'))::int AS broken,
        count(*) FILTER (WHERE b.status NOT IN ('succeeded', 'failed', 'timed_out'))::int AS other,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY ${took}) AS "medianMs",
        percentile_cont(0.95) WITHIN GROUP (ORDER BY ${took}) AS "p95Ms",
        percentile_cont(0.5) WITHIN GROUP (ORDER BY b.wait_ms) AS "medianWaitMs",
        percentile_cont(0.95) WITHIN GROUP (ORDER BY b.wait_ms) AS "p95WaitMs",
        coalesce(sum(b.steps_total), 0)::float8 AS steps, coalesce(sum(b.steps_cached), 0)::float8 AS "reusedSteps",
        percentile_disc(0.5) WITHIN GROUP (ORDER BY b.size_bytes) FILTER (WHERE b.status = 'succeeded')::float8 AS "medianBytes"
      FROM (${looked(organizationIds, filter, days)}) AS b GROUP BY 1 ORDER BY 1`;
  }

  /** Failures alike, the most frequent first. */
  async causes(organizationIds: readonly string[], filter: BuildFilter, days: number): Promise<CauseFacts[]> {
    return this.db.prisma.$queryRaw<CauseFacts[]>`
      SELECT min(b.code) AS code, b.fingerprint, count(*)::int AS count, max(b.id::text) AS "newestId"
      FROM (${looked(organizationIds, filter, days)}) AS b WHERE b.fingerprint IS NOT NULL
      GROUP BY b.fingerprint ORDER BY 3 DESC, 4 DESC LIMIT ${behind}`;
  }

  /** Builds whose image grew against the one before it of the same project, ref and rule; by most bytes first. */
  async grown(organizationIds: readonly string[], filter: BuildFilter, days: number): Promise<GrownFacts[]> {
    return this.db.prisma.$queryRaw<GrownFacts[]>`
      SELECT g.id::text AS "buildId", g.before::float8 AS "beforeBytes", g.size_bytes::float8 AS "afterBytes" FROM (
        SELECT b.id, b.size_bytes, lag(b.size_bytes) OVER (PARTITION BY b.project_id, b.ref, b.rule_id ORDER BY b.id) AS before
        FROM (${looked(organizationIds, filter, days)}) AS b WHERE b.status = 'succeeded' AND b.size_bytes IS NOT NULL
      ) AS g WHERE g.size_bytes > g.before ORDER BY g.size_bytes - g.before DESC, g.id DESC LIMIT ${behind}`;
  }

  /** Ids of the builds with the longest run, or the longest wait. */
  async longest(
    organizationIds: readonly string[],
    filter: BuildFilter,
    days: number,
    of: 'run' | 'wait',
  ): Promise<string[]> {
    const by = of === 'run' ? Prisma.sql`b.took_ms` : Prisma.sql`b.wait_ms`;
    const rows = await this.db.prisma.$queryRaw<{ id: string }[]>`
      SELECT b.id::text AS id FROM (${looked(organizationIds, filter, days)}) AS b WHERE ${by} IS NOT NULL
      ORDER BY ${by} DESC, b.id DESC LIMIT ${behind}`;
    return rows.map(({ id }) => id);
  }
}

/**
 * The newest builds of the days: ids are made in the order of time, so this is one range of each
 * organization's index. There has to be one.
 */
function looked(organizationIds: readonly string[], filter: BuildFilter, days: number): Prisma.Sql {
  const from = new Date(Math.floor(Date.now() / dayMs) * dayMs - (days - 1) * dayMs);
  const each = organizationIds.map(
    (
      id,
    ) => Prisma.sql`(SELECT b.id, b.status, b.queued_at, b.fingerprint, b.failure->>'code' AS code, b.steps_total, b.steps_cached,
      b.size_bytes, b.project_id, b.ref, b.rule_id,
      extract(epoch FROM b.finished_at - b.started_at)::float8 * 1000 AS took_ms,
      extract(epoch FROM b.started_at - b.queued_at)::float8 * 1000 AS wait_ms
    FROM build b JOIN project p ON p.id = b.project_id
    WHERE b.organization_id = ${id} AND p.deleted_at IS NULL AND b.queued_at >= ${from}
      AND b.id >= ${idFloor(from.getTime() - dayMs)}::uuid${and(filterConditions(id, filter))}
    ORDER BY b.id DESC LIMIT ${insightBuilds})`,
  );
  return Prisma.join(each, ' UNION ALL ');
}
