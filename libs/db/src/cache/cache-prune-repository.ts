import type { CacheReader, PruneRule } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import { cacheEpochs } from '../build/cache-epochs.js';
import type { Database, Queryable } from '../database.js';
import { newId } from '../new-id.js';
import { promise } from '../outbox/outbox-repository.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import { lockProject } from '../project/lock-project.js';
import type { ProjectPlace } from '../project/rule-repository.js';
import { fitting, isSpared, lineOf, nameOfAll } from './cache-prune-view.js';

/** So many of the newest builds say who reads caches. */
const mostBuilds = 1_000;

/** So many references can a prune take: each is written down with it, and read in one piece. */
export const mostPruned = 10_000;

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

  /**
   * Promises the deletion of what a rule takes now. Null where that is nothing, more than `mostPruned`, or not what was seen, and where the
   * project is gone. `open` while another prune of the project has not ended: each holds a copy of its places until then.
   * @param seen name of what a person saw, see `PruneView`; null for whatever it is
   */
  async create(
    { projectId, organizationId }: ProjectPlace,
    { reason, ...rule }: PruneRule & { readonly reason: string },
    seen: string | null,
    actor: Actor,
  ): Promise<CachePruneRecord | 'open' | null> {
    return this.db
      .transaction<CachePruneRecord | 'open' | null>(async (tx) => {
        if (await isAnotherOpen(tx, projectId, null)) return 'open';
        const row = await insert(tx, projectId, { reason, ...rule }, seen, actor);
        if (!row) return null;
        // Two that chose at once both see no other one until here. Evaluations and starts wait for this lock: what is slow is done.
        await lockProject(tx, projectId);
        if (await isAnotherOpen(tx, projectId, row.id)) throw new AnotherIsOpen();
        const refs = await tx.$queryRaw<{ ref: string }[]>`
          SELECT taken->>'ref' AS ref FROM cache_prune, jsonb_array_elements(taken) taken WHERE id = ${row.id}::uuid LIMIT 100`;
        await promise(tx, 'prune-cache', row.id, projectId);
        await writeAudit(tx, actor, {
          ...{ organizationId, projectId, action: 'cache.prune', subjectKind: 'project', subjectId: projectId },
          after: { ...rule, reason, refs: refs.map(({ ref }) => ref), references: row.chosen },
        });
        return { ...rule, ...row, reason, actorName: actor.name, deleted: 0, endedAt: null };
      })
      .catch((error: unknown): 'open' => {
        if (error instanceof AnotherIsOpen) return 'open';
        throw error;
      });
  }

  /** The newest first. */
  async list(projectId: string, query: KeysetQuery): Promise<KeysetPage<CachePruneRecord>> {
    const rows = await this.db.prisma.$queryRaw<CachePruneRecord[]>`
      SELECT p.id::text, p.zone, p.text, p.unused_days AS "unusedDays", p.reason, p.actor_name AS "actorName",
        p.chosen, p.created_at AS "createdAt", p.ended_at AS "endedAt",
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

/** Undoes the transaction of a prune that came second. */
class AnotherIsOpen extends Error {}

async function isAnotherOpen(tx: Queryable, projectId: string, than: string | null): Promise<boolean> {
  const others = { projectId, endedAt: null, ...(than !== null && { id: { not: than } }) };
  return (await tx.cachePrune.count({ where: others })) > 0;
}

/** Chooses what fits and writes it down: seconds, where there are very many caches. */
async function insert(
  tx: Queryable,
  projectId: string,
  { reason, ...rule }: PruneRule & { readonly reason: string },
  seen: string | null,
  actor: Actor,
): Promise<Pick<CachePruneRecord, 'id' | 'chosen' | 'createdAt'> | undefined> {
  const { zone, text, unusedDays } = rule;
  const [row] = await tx.$queryRaw<Pick<CachePruneRecord, 'id' | 'chosen' | 'createdAt'>[]>`
    WITH fit AS MATERIALIZED (
      SELECT e.zone, e.ref, e.platform, e.epoch, e.digest FROM ${fitting(projectId, rule)} AND NOT ${isSpared(rule)}
    ), named AS (
      SELECT count(*)::int AS chosen, ${nameOfAll} AS name FROM fit e, ${lineOf}
    )
    INSERT INTO cache_prune (id, project_id, zone, text, unused_days, reason, actor_name, taken, chosen)
    SELECT ${newId()}::uuid, ${projectId}::uuid, ${zone}, ${text}, ${unusedDays}::int, ${reason}, ${actor.name},
      (SELECT jsonb_agg(to_jsonb(fit)) FROM fit), n.chosen
    FROM named n WHERE n.chosen BETWEEN 1 AND ${mostPruned} AND (${seen}::text IS NULL OR n.name = ${seen})
    RETURNING id::text, chosen, created_at AS "createdAt"`;
  return row;
}
