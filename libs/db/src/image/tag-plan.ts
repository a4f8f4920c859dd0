import { type TagMoveKind, type TagPlace, tagMoveKind, type Zone } from '@cooperage/domain';
import type { Database, Queryable } from '../database.js';

/** An image that a tag could point to, and whether its newest verification passed and no key was revoked since. */
export interface TagTargetRecord extends TagPlace {
  readonly buildId: string;
  readonly verified: boolean;
}

/** What would move: decided in the same way for who asks beforehand and for who does it. */
export interface TagPlan {
  readonly kind: TagMoveKind;
  readonly from: TagPlace | null;
  readonly to: TagTargetRecord;
}

export class TagPlans {
  constructor(private readonly db: Database) {}

  /** Null when the project has no such image, or nothing is known of its build any more. */
  find(projectId: string, tag: string, digest: string): Promise<TagPlan | null> {
    return planTagMove(this.db.prisma, projectId, tag, digest);
  }
}

/** @internal */
export async function planTagMove(
  db: Queryable,
  projectId: string,
  tag: string,
  digest: string,
): Promise<TagPlan | null> {
  const [target] = await db.$queryRaw<Omit<TagTargetRecord, 'digest'>[]>`
    SELECT b.id::text AS "buildId", b.sequence, b.number AS "buildNumber", b.zone, coalesce((
      SELECT ok FROM image_verification v WHERE v.project_id = i.project_id AND v.digest = i.digest ORDER BY v.id DESC LIMIT 1
    ), false) AND NOT EXISTS (
      SELECT 1 FROM signing_key k WHERE k.project_id = i.project_id AND k.state = 'revoked' AND k.retired_at >= (
        SELECT at FROM image_verification v WHERE v.project_id = i.project_id AND v.digest = i.digest ORDER BY v.id DESC LIMIT 1)
    ) AS verified
    FROM image i JOIN build b ON b.id = i.build_id WHERE i.project_id = ${projectId}::uuid AND i.digest = ${digest}`;
  if (!target) return null;
  const from = await db.imageTag.findUnique({
    where: { projectId_tag: { projectId, tag } },
    select: { digest: true, sequence: true, buildNumber: true, zone: true },
  });
  const to = { ...target, digest };
  const place = from && { ...from, zone: from.zone as Zone };
  const isKept = (await db.keptTag.count({ where: { projectId, tag } })) > 0;
  const deletion = { projectId, kind: 'image', subject: digest, state: 'deleting' };
  const isDeleting = (await db.retentionCandidate.count({ where: deletion })) > 0;
  return { kind: tagMoveKind(place, to, { isKept, isDeleting }), from: place, to };
}
