import type { CacheReader, PruneRule } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import { cacheEpochs } from '../build/cache-epochs.js';
import type { Database } from '../database.js';
import { newId } from '../new-id.js';
import { promise } from '../outbox/outbox-repository.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import type { ProjectPlace } from '../project/rule-repository.js';
import { type StoredCacheRecord, storedCaches } from './stored-caches.js';

/** So many of the newest builds say who reads caches. */
const mostBuilds = 1_000;

/** A person's word that some references go. */
export interface CachePruneRecord extends PruneRule {
  readonly id: string;
  readonly reason: string;
  readonly actorName: string;
  /** How many it chose, and how many of them are gone. */
  readonly chosen: number;
  readonly deleted: number;
  readonly createdAt: Date;
  /** When each was tried; null before. */
  readonly endedAt: Date | null;
}

/** References that people delete by a rule. The deletion is control's, see `CacheSweepRepository`. */
export class CachePruneRepository {
  constructor(private readonly db: Database) {}

  stored(projectId: string): Promise<StoredCacheRecord[]> {
    return storedCaches(this.db, projectId);
  }

  /** Who reads caches of the registry: the newest build of each place, as its next one will be, the newest first. */
  async readers(projectId: string): Promise<CacheReader[]> {
    return this.db.prisma.$queryRaw<CacheReader[]>`
      SELECT r.project_id::text AS "projectId", r.number, r.zone, r.ref, r.platform, r.cache_policy AS "cachePolicy",
        epochs.cache_epoch AS "cacheEpoch", epochs.main_cache_epoch AS "mainCacheEpoch",
        r.target_ref AS "targetRef", epochs.target_cache_epoch AS "targetCacheEpoch"
      FROM (SELECT DISTINCT ON (b.zone, b.ref, b.platform) b.* FROM
          (SELECT * FROM build WHERE project_id = ${projectId}::uuid ORDER BY id DESC LIMIT ${mostBuilds}) b
        ORDER BY b.zone, b.ref, b.platform, b.id DESC) r, ${cacheEpochs.epochs}
      WHERE r.cache_backend <> 'local' AND NOT epochs.after_reset
      ORDER BY r.number DESC`;
  }

  /** Promises the deletion of what was chosen. Null when the project is gone. */
  async create(
    { projectId, organizationId }: ProjectPlace,
    { zone, text, unusedDays, reason }: PruneRule & { readonly reason: string },
    chosen: readonly StoredCacheRecord[],
    actor: Actor,
  ): Promise<CachePruneRecord | null> {
    const taken = chosen.map((each) => ({
      ...{ zone: each.zone, ref: each.ref, platform: each.platform, epoch: each.epoch, digest: each.digest },
    }));
    return this.db.transaction(async (tx) => {
      const project = await tx.project.findFirst({ where: { id: projectId, deletedAt: null }, select: { id: true } });
      if (!project) return null;
      const rule = { zone, text, unusedDays };
      const row = await tx.cachePrune.create({
        data: { ...rule, id: newId(), projectId, reason, actorName: actor.name, taken },
      });
      await promise(tx, 'prune-cache', row.id, projectId);
      await writeAudit(tx, actor, {
        ...{ organizationId, projectId, action: 'cache.prune', subjectKind: 'project', subjectId: projectId },
        after: { ...rule, reason, refs: taken.map(({ ref }) => ref).slice(0, 100), references: taken.length },
      });
      const { id, actorName, createdAt, endedAt } = row;
      return { ...rule, id, reason, actorName, chosen: taken.length, deleted: 0, createdAt, endedAt };
    });
  }

  /** The newest first. */
  async list(projectId: string, query: KeysetQuery): Promise<KeysetPage<CachePruneRecord>> {
    const rows = await this.db.prisma.$queryRaw<CachePruneRecord[]>`
      SELECT p.id::text, p.zone, p.text, p.unused_days AS "unusedDays", p.reason, p.actor_name AS "actorName",
        jsonb_array_length(p.taken) AS chosen, p.created_at AS "createdAt", p.ended_at AS "endedAt",
        (SELECT count(*)::int FROM cache_eviction v WHERE v.project_id = p.project_id AND v.cause_id = p.id) AS deleted
      FROM cache_prune p
      WHERE p.project_id = ${projectId}::uuid AND (${query.after}::uuid IS NULL OR p.id < ${query.after}::uuid)
      ORDER BY p.id DESC LIMIT ${query.limit + 1}`;
    return toPage(
      rows,
      query.limit,
      ({ id }) => id,
      (row) => row,
    );
  }
}
