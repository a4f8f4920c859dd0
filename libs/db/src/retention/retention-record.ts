import type { RetentionKind, RetentionReason, RetentionState } from '@cooperage/domain';
import type { Prisma } from '../generated/client.js';

/** One deletion: scheduled, under way, done, or called off. */
export interface RetentionRecord {
  readonly id: string;
  readonly projectId: string;
  readonly projectSlug: string;
  readonly kind: RetentionKind;
  /** Id of the build or delivery, digest of the image. */
  readonly subject: string;
  readonly label: string;
  readonly reason: RetentionReason;
  readonly state: RetentionState;
  readonly bytes: number | null;
  readonly tags: readonly string[];
  /** Tags that are not shown. */
  readonly tagsLeftOut: number;
  readonly comment: string | null;
  readonly requestedBy: string | null;
  readonly message: string | null;
  readonly createdAt: Date;
  readonly deleteAfter: Date;
  readonly finishedAt: Date | null;
}

/** Tags of one deletion that are shown by themselves. */
export const mostTagsOfDeletion = 1_000;

/** @internal */
export const withProject = { project: { select: { slug: true } } } as const;
type Row = Prisma.RetentionCandidateGetPayload<{ include: typeof withProject }>;

/** @internal */
export function toRetentionRecord({ project, ...row }: Row): RetentionRecord {
  return {
    ...row,
    tagsLeftOut: 0,
    projectSlug: project.slug,
    kind: row.kind as RetentionKind,
    reason: row.reason as RetentionReason,
    state: row.state as RetentionState,
    bytes: row.bytes === null ? null : Number(row.bytes),
  };
}
