import type { CachePlace, Digest, EvictionCause, Zone } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { channels } from '../listen/channels.js';
import { newId } from '../new-id.js';
import { type CacheResetRecord, toReset } from './cache-reset-repository.js';
import { blobShares } from './cache-weight.js';

/** Why a cache reference was deleted. */
export interface EvictionReason {
  readonly why: EvictionCause;
  /** Whose word it was: the reset or the prune. */
  readonly causeId?: string;
  /** What the project allowed, for `unused`. */
  readonly unusedDays?: number | null;
  /** An entry that names another manifest than those that were deleted stays, and the log says nothing of it. */
  readonly keepsOthers?: boolean;
}

/** A reference that a person chose. */
export interface TakenCache extends CachePlace {
  readonly digest: Digest;
}

/** The end of caches in the registry. Every method can be repeated. */
export class CacheSweepRepository {
  /** @param numbersAtOnce numbers of builds that one statement looks at */
  constructor(
    private readonly db: Database,
    private readonly numbersAtOnce = 5_000,
  ) {}

  /** Null where it was carried out, or its project is gone. */
  async openReset(id: string): Promise<CacheResetRecord | null> {
    const row = await this.db.prisma.cacheReset.findFirst({ where: { id, sweptAt: null } });
    return row && toReset(row);
  }

  /** What builds before a reset may have left in the registry. */
  async placesBefore(reset: CacheResetRecord): Promise<CachePlace[]> {
    const places = new Map<string, CachePlace>();
    for (let after = 0; after < reset.afterNumber; after += this.numbersAtOnce) {
      const upTo = Math.min(after + this.numbersAtOnce, reset.afterNumber);
      const found = await this.db.prisma.$queryRaw<CachePlace[]>(placesSql(reset, after, upTo));
      for (const place of found)
        places.set(JSON.stringify([place.zone, place.ref, place.platform, place.epoch]), place);
    }
    return [...places.values()];
  }

  /** Builds that may still write there. */
  async writersBefore(reset: CacheResetRecord): Promise<number> {
    const [row] = await this.db.prisma.$queryRaw<{ open: number }[]>(writersSql(reset));
    return row!.open;
  }

  /**
   * A reference is gone from the registry: so is its entry, and the log says why.
   * @param deleted digests that were deleted in its repository: another one that the entry names is still to be deleted (R17B-1)
   */
  async evicted(
    projectId: string,
    place: CachePlace,
    { why, causeId, unusedDays, keepsOthers = false }: EvictionReason,
    deleted?: readonly string[],
  ): Promise<void> {
    const { zone, ref, platform, epoch } = place;
    const goes = keepsOthers ? Prisma.sql`digest = ANY (${deleted ?? []}::text[])` : Prisma.sql`true`;
    const isLeft = deleted ? Prisma.sql`gone.digest <> ALL (${deleted}::text[])` : Prisma.sql`false`;
    await this.db.statement(
      (db) => db.$executeRaw`
        WITH gone AS (
          DELETE FROM cache_entry WHERE project_id = ${projectId}::uuid AND zone = ${zone} AND ref = ${ref}
            AND platform = ${platform} AND epoch = ${epoch} AND ${goes} RETURNING id, digest, bytes
        ), left_behind AS (
          INSERT INTO cache_replaced (project_id, zone, ref, epoch, digest, bytes)
          SELECT ${projectId}::uuid, ${zone}, ${ref}, ${epoch}, gone.digest, gone.bytes FROM gone WHERE ${isLeft}
        )
        -- The blobs of an entry go behind this statement, with it.
        INSERT INTO cache_eviction (id, project_id, zone, ref, platform, epoch, digest, bytes, freed_bytes, why, cause_id, unused_days)
        SELECT ${newId()}::uuid, ${projectId}::uuid, ${zone}, ${ref}, ${platform}, ${epoch}, gone.digest, gone.bytes,
          CASE WHEN gone.id IS NOT NULL THEN (SELECT share.alone FROM ${blobShares(Prisma.sql`gone.id`)} share) END,
          ${why}, ${causeId ?? null}::uuid, ${unusedDays ?? null}::int
        FROM (SELECT 1) one LEFT JOIN gone ON true WHERE gone.id IS NOT NULL OR ${!keepsOthers}`,
    );
  }

  /** A promise of a look at each project that has something older than it may be. Whether a build used it is not asked here. */
  async promiseAges(): Promise<void> {
    await this.db.prisma.$executeRaw`
      WITH old AS (
        SELECT p.id FROM project p
        WHERE p.deleted_at IS NULL AND p.cache_unused_days IS NOT NULL
          AND EXISTS (SELECT 1 FROM cache_entry e WHERE e.project_id = p.id AND e.written_at < now() - p.cache_unused_days * interval '1 day')
          AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.topic = 'evict-cache' AND o.group_id = p.id)
      ), added AS (
        INSERT INTO outbox (topic, subject_id, group_id) SELECT 'evict-cache', id, id FROM old RETURNING topic
      ) SELECT pg_notify(${channels.outbox}, topic)::text FROM added`;
  }

  /** What is left to do of a prune: what stands as it did when the person chose it. Null where it has ended. */
  async openPrune(id: string): Promise<{ projectId: string; places: TakenCache[] } | null> {
    const row = await this.db.prisma.cachePrune.findFirst({
      where: { id, endedAt: null },
      select: { projectId: true },
    });
    if (!row) return null;
    const places = await this.db.prisma.$queryRaw<TakenCache[]>`
      SELECT e.zone, e.ref, e.platform, e.epoch, e.digest
      FROM cache_prune p, jsonb_to_recordset(p.taken) AS t(zone text, ref text, platform text, epoch int, digest text)
      JOIN cache_entry e USING (zone, ref, platform, epoch, digest)
      WHERE p.id = ${id}::uuid AND e.project_id = p.project_id`;
    return { ...row, places };
  }

  /** Its places are of no more use: their number stays. */
  async endPrune(id: string): Promise<void> {
    const data = { endedAt: new Date(), taken: [] };
    await this.db.prisma.cachePrune.updateMany({ where: { id, endedAt: null }, data });
  }

  /** The caches of a ref that a delivery has told to be gone. Strangers may have a ref of the same name. */
  async ofDeletedRef(deliveryId: string): Promise<{ projectId: string; ref: string; places: CachePlace[] } | null> {
    const delivery = await this.db.prisma.delivery.findUnique({
      where: { id: deliveryId },
      select: { projectId: true, ref: true },
    });
    if (!delivery?.ref) return null;
    const { projectId, ref } = delivery;
    const rows = await this.db.prisma.cacheEntry.findMany({
      where: { projectId, ref, zone: { not: 'fork' } },
      select: { zone: true, ref: true, platform: true, epoch: true },
    });
    return { projectId, ref, places: rows.map((row) => ({ ...row, zone: row.zone as Zone })) };
  }

  async swept({ projectId, epoch }: CacheResetRecord): Promise<void> {
    await this.db.prisma.cacheReset.updateMany({
      where: { projectId, epoch, sweptAt: null },
      data: { sweptAt: new Date() },
    });
  }
}

/**
 * @internal What builds of some numbers may have left. A project may have some hundred thousand builds, and one statement over all of them would
 * never end in time (V14-3). A build is numbered under the lock that a reset takes, so no build from before has a number above `afterNumber`.
 */
export function placesSql(reset: CacheResetRecord, after: number, upTo: number): Prisma.Sql {
  return Prisma.sql`
    SELECT DISTINCT b.zone, b.ref, b.platform, b.cache_epoch AS epoch FROM build b
    WHERE ${older(reset)} AND b.number > ${after} AND b.number <= ${upTo} AND b.cache_export <> 'none'`;
}

/**
 * @internal What is open of the project, and what still exports its cache, each along an index of its own. Only a build that has succeeded
 * exports. Materialized, so that the planner does not look for these few among all builds of the project.
 */
export function writersSql(reset: CacheResetRecord): Prisma.Sql {
  return Prisma.sql`
    WITH exporting AS MATERIALIZED (
      SELECT id, project_id, cache_epoch, zone, ref FROM build WHERE status = 'succeeded' AND cache_export = 'pending'
    )
    SELECT count(*)::int AS open FROM (
      SELECT b.id FROM build b WHERE ${older(reset)} AND b.finished_at IS NULL
      UNION SELECT b.id FROM exporting b WHERE ${older(reset)}
    ) writers`;
}

function older({ projectId, epoch, zone, ref }: CacheResetRecord): Prisma.Sql {
  return Prisma.sql`b.project_id = ${projectId}::uuid AND b.cache_epoch < ${epoch}
    AND (${zone}::text IS NULL OR b.zone = ${zone as Zone | null}) AND (${ref}::text IS NULL OR b.ref = ${ref})`;
}
