import type { Prisma } from '../generated/client.js';
import type { ProjectRecord } from './project-record.js';

/**
 * Columns that lists show. A list has many rows: nothing belongs here that a project may make large, as arguments, contexts,
 * definitions and patterns are.
 */
export const summaryProjectColumns = {
  ...{ id: true, organizationId: true, organization: { select: { slug: true } }, slug: true, name: true },
  ...{ description: true, visibility: true, remoteUrl: true, defaultBranch: true, createdAt: true },
} as const satisfies Prisma.ProjectSelect;

/** What lists show of a project. */
export type ProjectSummaryRecord = Pick<
  ProjectRecord,
  'organizationSlug' | Exclude<keyof typeof summaryProjectColumns, 'organization'>
>;

type SummaryRow = Prisma.ProjectGetPayload<{ select: typeof summaryProjectColumns }>;

export function toProjectSummary({ organization, visibility, ...columns }: SummaryRow): ProjectSummaryRecord {
  return {
    ...columns,
    organizationSlug: organization.slug,
    visibility: visibility === 'public' ? 'public' : 'private',
  };
}
