import type { BuildRecord } from '../build/build-record.js';
import { type TransitionOutcome, transitionIn } from '../build/build-transition.js';
import { cacheUsed } from '../cache/cache-use.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { holdsTenure, type Tenure } from '../lease/tenure-repository.js';
import { allCount } from '../signing/verifying-keys.js';
import { type PublishedImage, pointTags, rememberImage, tagsToPoint } from './gate-changes.js';
import { warnOfTagBounds } from './tag-bounds.js';

export interface TagTarget {
  readonly tag: string;
  readonly digest: string;
}

/** The publish gate and what follows: rows say where each tag should point, before the registry is told. */
export class PublishRepository {
  constructor(private readonly db: Database) {}

  /**
   * Passes the gate: the image is known, each tag's row points to it where no newer build has it, and the build only
   * rolls forward from here. Tags that the project has no room for are left out with a warning. One statement, so all of it or nothing.
   * Refused as `stale` when the tenure is not the caller's any more, or one of the keys counts no more.
   * @param keyIds by which the image was verified
   */
  async passGate(
    build: BuildRecord,
    tenure: Tenure,
    image: PublishedImage,
    keyIds: readonly string[] = [],
  ): Promise<TransitionOutcome> {
    return this.db.statement((db) =>
      transitionIn(db, build.id, {
        event: { type: 'gate' },
        attemptNumber: build.attemptNumber,
        provided: Prisma.sql`${holdsTenure(tenure)} AND ${allCount(keyIds)}`,
        set: [warnOfTagBounds(tagsToPoint(build), build.zone)],
        together: Prisma.sql`${rememberImage(image)}${pointTags(build)}${cacheUsed}`,
      }),
    );
  }

  /** The registry has it all. The export of the cache, if one is due, is promised with it and not before. */
  async succeed(build: BuildRecord, tenure: Tenure): Promise<TransitionOutcome> {
    return this.db.statement((db) =>
      transitionIn(db, build.id, {
        event: { type: 'published' },
        attemptNumber: build.attemptNumber,
        provided: holdsTenure(tenure),
      }),
    );
  }

  /** Tags whose row still points to this build: those that it has to put. */
  async tagsOf({ id, projectId, tags }: Pick<BuildRecord, 'id' | 'projectId' | 'tags'>): Promise<TagTarget[]> {
    if (tags.length === 0) return [];
    return this.db.prisma.imageTag.findMany({
      where: { projectId, tag: { in: [...tags] }, buildId: id },
      select: { tag: true, digest: true },
      orderBy: { tag: 'asc' },
    });
  }

  /** By name. @param after the last one before the page; null for the first */
  async tagsOfProject(projectId: string, after: string | null, limit: number): Promise<string[]> {
    const rows = await this.db.prisma.imageTag.findMany({
      where: { projectId, ...(after !== null && { tag: { gt: after } }) },
      select: { tag: true },
      orderBy: { tag: 'asc' },
      take: limit,
    });
    return rows.map(({ tag }) => tag);
  }

  /** Where a tag should point now; null when there is no such tag. */
  async targetOf(projectId: string, tag: string): Promise<string | null> {
    const row = await this.db.prisma.imageTag.findUnique({
      where: { projectId_tag: { projectId, tag } },
      select: { digest: true },
    });
    return row?.digest ?? null;
  }

  /**
   * Digests that tags of this project point to, in their order: those whose signatures must be complete.
   * @param after the last one before the page; null for the first
   */
  async taggedDigests(projectId: string, after: string | null, limit: number): Promise<string[]> {
    const rows = await this.db.prisma.$queryRaw<{ digest: string }[]>`
      SELECT DISTINCT digest FROM image_tag WHERE project_id = ${projectId}::uuid AND digest > ${after ?? ''}
      ORDER BY digest LIMIT ${limit}`;
    return rows.map((row) => row.digest);
  }

  async digestsOfProject(projectId: string): Promise<string[]> {
    const rows = await this.db.prisma.image.findMany({ where: { projectId }, select: { digest: true } });
    return rows.map((row) => row.digest);
  }

  /** Promises a reconciliation of each project that has tags and is not waiting for one already. */
  async promiseReconciliations(): Promise<void> {
    await this.db.prisma.$executeRaw`
      INSERT INTO outbox (topic, subject_id, group_id)
      SELECT 'reconcile', p.id, p.id FROM project p
      WHERE p.deleted_at IS NULL AND EXISTS (SELECT 1 FROM image_tag t WHERE t.project_id = p.id)
        AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.topic = 'reconcile' AND o.group_id = p.id)`;
  }
}
