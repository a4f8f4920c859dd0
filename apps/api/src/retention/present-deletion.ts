import type { Deletion } from '@cooperage/contracts';
import type { RetentionRecord } from '@cooperage/db';

export function presentDeletion({ projectId, projectSlug, tags, tagsLeftOut, ...record }: RetentionRecord): Deletion {
  const { id, kind, subject, label, reason, state, bytes, comment, requestedBy, message } = record;
  return {
    ...{ id, kind, subject, label, reason, state, bytes, comment, requestedBy, message },
    project: { id: projectId, slug: projectSlug },
    tags: [...tags],
    tagsLeftOut,
    createdAt: record.createdAt.toISOString(),
    deleteAfter: record.deleteAfter.toISOString(),
    finishedAt: record.finishedAt?.toISOString() ?? null,
  };
}
