import type { SweptReset, Zone } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database } from '../database.js';
import { newId } from '../new-id.js';
import { promise } from '../outbox/outbox-repository.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import { lockProject } from '../project/lock-project.js';
import type { ProjectPlace } from '../project/rule-repository.js';

/** What a reset takes: the whole project where both are null, one zone, or one ref of a zone. */
export interface CacheScope {
  readonly zone: Zone | null;
  /** Full ref; only with a zone. */
  readonly ref: string | null;
}

export interface CacheResetRecord extends CacheScope {
  readonly id: string;
  readonly projectId: string;
  /** Counted in the project; part of the names of its caches since then. */
  readonly epoch: number;
  readonly reason: string;
  readonly actorName: string;
  /** Number of the last build before it. */
  readonly afterNumber: number;
  readonly createdAt: Date;
  /** When nothing older was in the registry any more; null before. */
  readonly sweptAt: Date | null;
}

/** Each is looked at by whoever names a cache of the project, and by builders every minute. */
const mostADay = 100;

/** Resets of caches as people ask for them. */
export class CacheResetRepository {
  constructor(private readonly db: Database) {}

  /**
   * From now on no new build finds what is older: the number goes into the names. What stands in the registry is deleted
   * later, see `CacheSweepRepository`. Null when the project is gone; a sentence why not, when it had too many in a day.
   */
  async reset(
    { projectId, organizationId }: ProjectPlace,
    { zone, ref, reason }: CacheScope & { readonly reason: string },
    actor: Actor,
  ): Promise<CacheResetRecord | string | null> {
    return this.db.transaction(async (tx) => {
      await lockProject(tx, projectId);
      const since = new Date(Date.now() - 24 * 3_600_000);
      const today = await tx.cacheReset.count({ where: { projectId, createdAt: { gt: since } } });
      if (today >= mostADay)
        return `The cache of this project was reset ${today} times within a day, and ${mostADay} is the most.`;
      const [project] = await tx.$queryRaw<{ epoch: number; afterNumber: number }[]>`
        UPDATE project SET last_cache_epoch = last_cache_epoch + 1 WHERE id = ${projectId}::uuid AND deleted_at IS NULL
        RETURNING last_cache_epoch AS epoch, last_build_number AS "afterNumber"`;
      if (!project) return null;
      const data = { ...project, id: newId(), projectId, zone, ref, reason, actorName: actor.name };
      const row = await tx.cacheReset.create({ data });
      await promise(tx, 'sweep-cache', row.id, projectId);
      await writeAudit(tx, actor, {
        ...{ organizationId, projectId, action: 'cache.reset', subjectKind: 'project', subjectId: projectId },
        after: { zone, ref, reason, epoch: project.epoch },
      });
      return toReset(row);
    });
  }

  /** The newest first. */
  async list(projectId: string, { after, limit }: KeysetQuery): Promise<KeysetPage<CacheResetRecord>> {
    const rows = await this.db.prisma.cacheReset.findMany({
      where: { projectId, ...(after !== null && { epoch: { lt: Number(after) } }) },
      orderBy: { epoch: 'desc' },
      take: limit + 1,
    });
    return toPage(rows, limit, ({ epoch }) => String(epoch), toReset);
  }
}

/** What a builder may know of resets: which of them no build from before can come behind any more. */
export class SweptResets {
  constructor(private readonly db: Database) {}

  /**
   * The newest of each scope, and of a thousand scopes: the project and its zones, then the refs reset last. What an older one took stays
   * on a builder's disk until room is needed.
   */
  async of(projectId: string): Promise<SweptReset[]> {
    const rows = await this.db.prisma.$queryRaw<{ zone: string | null; refHash: string | null; epoch: number }[]>`
      SELECT zone, ref_hash AS "refHash", epoch FROM swept_resets(${projectId}::uuid)`;
    return rows.map(toReset);
  }
}

export function toReset<R extends { readonly zone: string | null }>(row: R): R & { readonly zone: Zone | null } {
  return { ...row, zone: row.zone as Zone | null };
}
