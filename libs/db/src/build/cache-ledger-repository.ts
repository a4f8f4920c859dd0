import {
  type CacheBackend,
  type CacheLedger,
  cacheBackends,
  cacheEconomy,
  timedSteps,
  type Zone,
  zones,
} from '@cooperage/domain';
import { weightOf } from '../cache/cache-weight.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { idFloor } from './build-filter-sql.js';
import type { BuildRecord } from './build-record.js';
import { BuildRelations } from './build-relations.js';

export interface CacheDay extends CacheLedger {
  /** In UTC, `2026-11-28`. */
  readonly day: string;
}

/** What a place of caches cost and saved: means of one build, null where there was none. */
export interface BackendNumbers {
  readonly backend: CacheBackend;
  readonly builds: number;
  readonly savedMs: number | null;
  readonly importMs: number | null;
  readonly importBytes: number | null;
  readonly exports: number;
  readonly exportMs: number | null;
  readonly exportBytes: number | null;
}

/** What the caches of one zone cost and saved, and what the registry holds of them. */
export interface ZoneNumbers extends CacheLedger {
  readonly zone: Zone;
  /** Of its caches in the registry: how many, what they weigh, and when the newest was written; null for none. */
  readonly entries: number;
  readonly bytes: number;
  readonly newestAt: Date | null;
}

/** So many of the newest builds are looked at, at most. */
const mostBuilds = 20_000;
const dayMs = 86_400_000;

/** What caches cost and saved, build by build and day by day. */
export class CacheLedgerRepository {
  constructor(private readonly db: Database) {}

  /**
   * Writes down what the cache was worth to a build whose steps are all recorded, by what they took in the builds before it.
   * @param importBytes what was fetched of caches
   */
  async note(build: BuildRecord, attemptId: string, importBytes: number): Promise<void> {
    const [steps, times] = await Promise.all([
      this.db.prisma.step.findMany({ where: { attemptId } }),
      new BuildRelations(this.db).stepTimes(build),
    ]);
    const { savedMs, ranMs, importMs } = cacheEconomy(timedSteps(steps, times));
    await this.db.prisma.$executeRaw`
      UPDATE build SET cache_saved_ms = ${Math.round(savedMs)}, cache_ran_ms = ${Math.round(ranMs)},
        cache_import_ms = ${Math.round(importMs)}, cache_import_bytes = ${importBytes}::bigint
      WHERE id = ${build.id}::uuid AND attempt_number = ${build.attemptNumber}`;
  }

  /** Each day that had builds of which something is known, the oldest first. */
  async days(projectId: string, days: number): Promise<CacheDay[]> {
    return this.db.prisma.$queryRaw<CacheDay[]>`
      SELECT to_char(b.queued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, ${sums}
      FROM ${known(projectId, days)} b GROUP BY 1 ORDER BY 1`;
  }

  /** Each place that a cache can have, also those that no build has used. */
  async backends(projectId: string, days: number): Promise<BackendNumbers[]> {
    return this.db.prisma.$queryRaw<BackendNumbers[]>`
      SELECT k.backend, count(b.id)::int AS builds, avg(b.cache_saved_ms)::float8 AS "savedMs",
        avg(b.cache_import_ms)::float8 AS "importMs", avg(b.cache_import_bytes)::float8 AS "importBytes",
        count(b.cache_export_ms)::int AS exports, avg(b.cache_export_ms)::float8 AS "exportMs",
        avg(b.cache_export_bytes)::float8 AS "exportBytes"
      FROM unnest(${[...cacheBackends]}::text[]) WITH ORDINALITY AS k (backend, place)
      LEFT JOIN ${known(projectId, days)} b ON b.cache_backend = k.backend
      GROUP BY k.backend, k.place ORDER BY k.place`;
  }

  /** Each zone, also those in which nothing was built. */
  async zones(projectId: string, days: number): Promise<ZoneNumbers[]> {
    return this.db.prisma.$queryRaw<ZoneNumbers[]>`
      SELECT k.zone, ${sums}, coalesce(e.entries, 0) AS entries, ${weightOf(Prisma.sql`${projectId}::uuid`, Prisma.sql`k.zone`)} AS bytes,
        e.newest AS "newestAt"
      FROM unnest(${[...zones]}::text[]) WITH ORDINALITY AS k (zone, place)
      LEFT JOIN ${known(projectId, days)} b ON b.zone = k.zone
      LEFT JOIN (SELECT zone, count(*)::int AS entries, max(written_at) AS newest
        FROM cache_entry WHERE project_id = ${projectId}::uuid GROUP BY zone) e ON e.zone = k.zone
      GROUP BY k.zone, k.place, e.entries, e.newest ORDER BY k.place`;
  }
}

/**
 * Builds of the last days of which it is known what their caches were worth, among the newest ones of all (R25A-2).
 * @internal
 */
export function known(projectId: string, days: number, most = mostBuilds): Prisma.Sql {
  const from = new Date(Math.floor(Date.now() / dayMs) * dayMs - (days - 1) * dayMs);
  return Prisma.sql`(SELECT * FROM (
      SELECT * FROM build WHERE project_id = ${projectId}::uuid AND id >= ${idFloor(from.getTime() - dayMs)}::uuid ORDER BY id DESC LIMIT ${most}) newest
    WHERE cache_saved_ms IS NOT NULL AND queued_at >= ${from})`;
}

/** A ledger over builds `b`. */
const sums = Prisma.sql`count(b.id)::int AS builds,
  coalesce(sum(b.cache_saved_ms), 0)::float8 AS "savedMs", coalesce(sum(b.cache_ran_ms), 0)::float8 AS "ranMs",
  coalesce(sum(b.cache_import_ms), 0)::float8 AS "importMs", coalesce(sum(b.cache_import_bytes), 0)::float8 AS "importBytes",
  coalesce(sum(b.cache_export_ms), 0)::float8 AS "exportMs", coalesce(sum(b.cache_export_bytes), 0)::float8 AS "exportBytes"`;
