import { type CachePlace, overBudget, type Weighed } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import { isReadByAll, isUnused, touchedAt } from './cache-touch.js';
import { isTooManyToWeigh, mostWeighed } from './cache-weight.js';

/** What a project allows its caches in the registry. */
export interface CacheLimits {
  /** That all references may weigh together; null for any weight. */
  readonly budgetBytes: number | null;
  /** Days after which a reference goes that no build has used; null for never. */
  readonly unusedDays: number | null;
}

/** A part of the references that a budget has no room for, the first to go first. */
export interface HeavyCaches {
  readonly places: readonly CachePlace[];
  /** More have to go than were read: ask again once these are gone. */
  readonly isPart: boolean;
  /** False where the project has too many blobs to weigh them: these are the first that would go for any budget. */
  readonly isWeighed: boolean;
}

type HeavyRow = CachePlace & {
  readonly bytes: number;
  readonly digests: string[];
  readonly sizes: number[];
  readonly excess: number;
  readonly isPart: boolean;
};

/** So many references and blobs are read at once. */
const [mostEntries, mostBlobs] = [1_000, 100_000];
/** References that go before it is tried again to weigh them all. */
const mostUnweighed = 20;

/** Strangers' first, since nobody waits for them; what everybody reads last. Of each zone the longest unused first. */
const inOrder = Prisma.sql`array_position(ARRAY['fork', 'branch', 'protected'], e.zone), ${touchedAt}, e.id`;

/**
 * What no limit deletes: the newest that the default branch left, or else the newest of the protected zone. Without it every build would
 * be cold, and a project that rests would begin cold.
 */
const kept = (projectId: string) => Prisma.sql`SELECT e.id FROM cache_entry e JOIN project p ON p.id = e.project_id
  WHERE e.project_id = ${projectId}::uuid AND e.zone = 'protected' ORDER BY ${isReadByAll} DESC, e.written_at DESC LIMIT 1`;

/** Which cache references go by what their project allows. The server chooses: their blobs together may be more than a process can hold. */
export class DueCacheRepository {
  constructor(
    private readonly db: Database,
    private readonly most = { entries: mostEntries, blobs: mostBlobs, weighed: mostWeighed },
  ) {}

  /** Null where the project is gone. */
  async limitsOf(projectId: string): Promise<CacheLimits | null> {
    const row = await this.db.prisma.project.findFirst({
      where: { id: projectId, deletedAt: null },
      select: { cacheBudgetBytes: true, cacheUnusedDays: true, organization: { select: { cacheBudgetBytes: true } } },
    });
    if (!row) return null;
    const bytes = row.cacheBudgetBytes ?? row.organization.cacheBudgetBytes;
    return { budgetBytes: bytes === null ? null : Number(bytes), unusedDays: row.cacheUnusedDays };
  }

  /** What no build has used for so many days, in no order that means something. */
  async unused(projectId: string, days: number, { after, limit }: KeysetQuery): Promise<KeysetPage<CachePlace>> {
    const rows = await this.db.prisma.$queryRaw<(CachePlace & { id: string })[]>`
      SELECT e.id::text, e.zone, e.ref, e.platform, e.epoch FROM cache_entry e
      WHERE e.project_id = ${projectId}::uuid AND ${isUnused(days)} AND e.id NOT IN (${kept(projectId)})
        AND (${after}::uuid IS NULL OR e.id > ${after}::uuid)
      ORDER BY e.id LIMIT ${limit + 1}`;
    return toPage(
      rows,
      limit,
      ({ id }) => id,
      ({ id: _, ...place }) => place,
    );
  }

  /** The first that would go for a budget, whatever they weigh. */
  private firstToGo(projectId: string, limit: number): Promise<CachePlace[]> {
    return this.db.prisma.$queryRaw<CachePlace[]>`
      SELECT e.zone, e.ref, e.platform, e.epoch FROM cache_entry e
      WHERE e.project_id = ${projectId}::uuid AND e.id NOT IN (${kept(projectId)}) ORDER BY ${inOrder} LIMIT ${limit}`;
  }

  /**
   * What the budget has no room for, see `overBudget`. The server looks at each blob of the project once: it is freed with the
   * last of its holders to go. Only what holds such a blob is read, and of it only those blobs. Caches that nobody can weigh are more
   * than any budget means: the first of them go until they can be weighed.
   * @throws where it takes too long, and the number of blobs is not the reason
   */
  async heavy(projectId: string, budgetBytes: number): Promise<HeavyCaches> {
    try {
      return await this.weighed(projectId, budgetBytes);
    } catch (error) {
      if (!(await isTooManyToWeigh(this.db, projectId, error, this.most.weighed))) throw error;
      return { places: await this.firstToGo(projectId, mostUnweighed), isPart: true, isWeighed: false };
    }
  }

  private async weighed(projectId: string, budgetBytes: number): Promise<HeavyCaches> {
    const rows = await this.db.prisma.$queryRaw<HeavyRow[]>`
      WITH ordered AS MATERIALIZED (
        SELECT e.id, row_number() OVER (ORDER BY ${inOrder}) AS place FROM cache_entry e
        WHERE e.project_id = ${projectId}::uuid AND e.id NOT IN (${kept(projectId)})
      ), last AS MATERIALIZED (
        SELECT b.digest, max(b.bytes) AS bytes, CASE WHEN bool_and(o.id IS NOT NULL) THEN max(o.place) END AS place
        FROM cache_blob b LEFT JOIN ordered o ON o.id = b.entry_id WHERE b.project_id = ${projectId}::uuid GROUP BY b.digest
      ), excess AS (
        SELECT sum(bytes) - ${BigInt(budgetBytes)} AS bytes FROM last
      ), freed AS (
        SELECT place, sum(bytes) AS bytes, sum(sum(bytes)) OVER (ORDER BY place) AS so_far FROM last WHERE place IS NOT NULL GROUP BY place
      ), going AS (
        -- The first that frees enough is the last to go.
        SELECT coalesce(max(place), 0) AS till FROM freed WHERE so_far - bytes < (SELECT bytes FROM excess)
      ), chosen AS (
        SELECT o.id, o.place, array_agg(b.digest) AS digests, array_agg(b.bytes::float8) AS sizes,
          sum(count(*)) OVER (ORDER BY o.place) AS blobs_so_far, row_number() OVER (ORDER BY o.place) AS at
        FROM ordered o JOIN cache_blob b ON b.entry_id = o.id JOIN last l ON l.digest = b.digest
        WHERE o.place <= (SELECT till FROM going) AND l.place <= (SELECT till FROM going)
        GROUP BY o.id, o.place
      )
      SELECT e.zone, e.ref, e.platform, e.epoch, e.bytes::float8 AS bytes, c.digests, c.sizes, (SELECT bytes FROM excess)::float8 AS excess,
        c.at < (SELECT count(*) FROM chosen) AND lead(c.at) OVER (ORDER BY c.at) IS NULL AS "isPart"
      FROM chosen c JOIN cache_entry e ON e.id = c.id
      WHERE c.at = 1 OR (c.at <= ${this.most.entries} AND c.blobs_so_far <= ${this.most.blobs}) ORDER BY c.at`;
    const going = overBudget(rows.map(toWeighed), rows[0]?.excess ?? 0);
    return { places: going.map(({ place }) => place), isPart: rows.at(-1)?.isPart ?? false, isWeighed: true };
  }
}

function toWeighed({ zone, ref, platform, epoch, bytes, digests, sizes }: HeavyRow): Weighed & { place: CachePlace } {
  const blobs = digests.map((digest, at) => ({ digest, bytes: sizes[at]! }));
  return { place: { zone, ref, platform, epoch }, bytes, blobs };
}
