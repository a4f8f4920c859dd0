import type { Digest } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import type { ProjectPlace } from '../project/rule-repository.js';

/** A tag of a protected ref whose image was deleted. */
export interface KeptTagRecord {
  readonly tag: string;
  /** Of the deleted image. */
  readonly digest: Digest;
  /** The ref whose build the tag pointed to; null where nobody knows that build any more. */
  readonly ref: string | null;
  readonly deletedAt: Date;
}

/** Tags that no branch takes, though they point to nothing. */
export class KeptTagRepository {
  constructor(private readonly db: Database) {}

  /** In the order of their names. `query.after` is a tag. */
  async list(projectId: string, query: KeysetQuery): Promise<KeysetPage<KeptTagRecord>> {
    const rows = await this.db.prisma.keptTag.findMany({
      where: { projectId, ...(query.after && { tag: { gt: query.after } }) },
      select: { tag: true, digest: true, ref: true, deletedAt: true },
      orderBy: { tag: 'asc' },
      take: query.limit + 1,
    });
    return toPage(
      rows,
      query.limit,
      (row) => row.tag,
      (row) => ({ ...row, digest: row.digest as Digest }),
    );
  }

  /** Gives a tag free, so that any build may have it. False when no such tag is kept. */
  free({ projectId, organizationId }: ProjectPlace, tag: string, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const kept = await tx.keptTag.findUnique({ where: { projectId_tag: { projectId, tag } } });
      const { count } = await tx.keptTag.deleteMany({ where: { projectId, tag } });
      if (!kept || count === 0) return false;
      await writeAudit(tx, actor, {
        ...{ organizationId, projectId, action: 'tag.free', subjectKind: 'tag', subjectId: tag },
        before: { digest: kept.digest, ref: kept.ref },
      });
      return true;
    });
  }
}

/** Keeps the tags of a deleted image for their protected refs. The caller deletes the rows of the tags in the same transaction. */
export async function keepTags(tx: Queryable, projectId: string, digest: string): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO kept_tag (project_id, tag, digest, sequence, commit_time, build_number, owner, ref, commit)
    SELECT t.project_id, t.tag, t.digest, t.sequence, t.commit_time, t.build_number, t.owner, b.ref, b.commit
    FROM image_tag t LEFT JOIN build b ON b.id = t.build_id
    WHERE t.project_id = ${projectId}::uuid AND t.digest = ${digest} AND t.zone = 'protected'
    ON CONFLICT (project_id, tag) DO UPDATE SET digest = excluded.digest, sequence = excluded.sequence, commit_time = excluded.commit_time,
      build_number = excluded.build_number, owner = excluded.owner, ref = excluded.ref, commit = excluded.commit, deleted_at = now()`;
}
