import {
  inTurns,
  isReservedTag,
  type Rule,
  type TagMoveKind,
  type TagPlace,
  tagMoveKind,
  type Zone,
} from '@cooperage/domain';
import type { Database, Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { keyStoppedSince } from '../signing/keys-count-since.js';

/** An image that a tag could point to, and whether its newest verification passed and no key stopped counting since. */
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
  const [found] = await db.$queryRaw<(Omit<TagTargetRecord, 'digest'> & { readonly isLate: boolean })[]>`
    SELECT b.id::text AS "buildId", b.sequence, b.commit_time AS "commitTime", b.number AS "buildNumber", b.zone,
      NOT b.moves_tags AND b.zone <> 'fork' AS "isLate",
      coalesce(v.ok AND NOT ${keyStoppedSince(Prisma.sql`i.project_id`, Prisma.sql`v.at`)}, false) AS verified
    FROM image i JOIN build b ON b.id = i.build_id
    LEFT JOIN LATERAL (
      SELECT ok, at FROM image_verification n WHERE n.project_id = i.project_id AND n.digest = i.digest ORDER BY n.id DESC LIMIT 1
    ) v ON true
    WHERE i.project_id = ${projectId}::uuid AND i.digest = ${digest}`;
  if (!found) return null;
  const { isLate, ...target } = found;
  const from = await db.imageTag.findUnique({
    where: { projectId_tag: { projectId, tag } },
    select: { digest: true, sequence: true, commitTime: true, buildNumber: true, zone: true },
  });
  const to = { ...target, digest };
  const place = from && { ...from, zone: from.zone as Zone };
  const isKept = (await db.keptTag.count({ where: { projectId, tag } })) > 0;
  const deletion = { projectId, kind: 'image', subject: digest, state: 'deleting' };
  const isDeleting = (await db.retentionCandidate.count({ where: deletion })) > 0;
  const asksRules = to.zone !== 'protected' || (isLate && from === null);
  const isReserved = asksRules && (await isReservedIn(db, projectId, tag));
  return { kind: tagMoveKind(place, to, { isKept, isReserved, isLate, isDeleting }), from: place, to };
}

/** What rules would give to protected branches and releases is theirs, whoever points a tag (R22A-1). */
async function isReservedIn(db: Queryable, projectId: string, tag: string): Promise<boolean> {
  const project = await db.project.findUnique({
    where: { id: projectId },
    select: {
      ...{ defaultBranch: true, protectedBranches: true, protectedTags: true },
      rules: { select: { enabled: true, refKind: true, refPattern: true, tags: true } },
    },
  });
  if (!project) return true;
  const rules = project.rules.map((rule) => ({ ...rule, refKind: rule.refKind as Rule['refKind'] }));
  return inTurns(isReservedTag(tag, { ...project, rules }));
}
