import { type CacheBackend, type CacheLedger, cacheBackends, cacheEconomy, timedSteps } from '@cooperage/domain';
import type { Database } from '../database.js';
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
    const from = new Date(Math.floor(Date.now() / dayMs) * dayMs - (days - 1) * dayMs);
    return this.db.prisma.$queryRaw<CacheDay[]>`
      SELECT to_char(b.queued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*)::int AS builds,
        sum(cache_saved_ms)::float8 AS "savedMs", sum(cache_ran_ms)::float8 AS "ranMs",
        sum(cache_import_ms)::float8 AS "importMs", coalesce(sum(cache_import_bytes), 0)::float8 AS "importBytes",
        coalesce(sum(cache_export_ms), 0)::float8 AS "exportMs", coalesce(sum(cache_export_bytes), 0)::float8 AS "exportBytes"
      FROM (SELECT * FROM build WHERE project_id = ${projectId}::uuid AND id >= ${idFloor(from.getTime() - dayMs)}::uuid
        ORDER BY id DESC LIMIT ${mostBuilds}) b
      WHERE b.cache_saved_ms IS NOT NULL AND b.queued_at >= ${from} GROUP BY 1 ORDER BY 1`;
  }

  /** Each place that a cache can have, also those that no build has used. */
  async backends(projectId: string, days: number): Promise<BackendNumbers[]> {
    const from = new Date(Math.floor(Date.now() / dayMs) * dayMs - (days - 1) * dayMs);
    return this.db.prisma.$queryRaw<BackendNumbers[]>`
      SELECT k.backend, count(b.id)::int AS builds, avg(b.cache_saved_ms)::float8 AS "savedMs",
        avg(b.cache_import_ms)::float8 AS "importMs", avg(b.cache_import_bytes)::float8 AS "importBytes",
        count(b.cache_export_ms)::int AS exports, avg(b.cache_export_ms)::float8 AS "exportMs",
        avg(b.cache_export_bytes)::float8 AS "exportBytes"
      FROM unnest(${[...cacheBackends]}::text[]) WITH ORDINALITY AS k (backend, place)
      LEFT JOIN (SELECT * FROM build WHERE project_id = ${projectId}::uuid AND id >= ${idFloor(from.getTime() - dayMs)}::uuid
        AND cache_saved_ms IS NOT NULL AND queued_at >= ${from} ORDER BY id DESC LIMIT ${mostBuilds}) b
        ON b.cache_backend = k.backend
      GROUP BY k.backend, k.place ORDER BY k.place`;
  }
}
