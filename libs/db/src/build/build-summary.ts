import type { Queryable } from '../database.js';
import type { Prisma } from '../generated/client.js';
import { newestVerifications, verifiedOf } from '../image/newest-verification.js';
import { toListedBuild } from './build-mapping.js';
import { type ListedBuild, listedColumns } from './listed-build.js';
import { usualDurations, usualOf } from './usual-durations.js';

/** What is known of a build beyond its row: the names of its project, and what the newest verification of its image said. */
export interface BuildExtras {
  readonly organizationSlug: string;
  readonly projectSlug: string;
  /** Null before there was a verification, or where there is no image. */
  readonly verified: boolean | null;
  /** Median time of the last green builds of its rule, in milliseconds; null where there are too few. */
  readonly usualMs: number | null;
}

export type BuildSummaryRecord = ListedBuild & BuildExtras;

export const withProjectNames = {
  project: { select: { slug: true, organization: { select: { slug: true } } } },
} as const satisfies Prisma.BuildInclude;

/** Columns of a build in a list, with the names of its project. */
export const summaryColumns = { ...listedColumns, ...withProjectNames } as const satisfies Prisma.BuildSelect;

type SummaryRow = Prisma.BuildGetPayload<{ select: typeof summaryColumns }>;
type ExtrasKey = Pick<SummaryRow, 'projectId' | 'ruleId' | 'digest' | 'project'>;

/** What lists and pages show of builds beyond their rows, in their order: two queries, however many builds. */
export async function extrasOf(tx: Queryable, rows: readonly ExtrasKey[]): Promise<BuildExtras[]> {
  const [verified, usual] = await Promise.all([newestVerifications(tx, rows), usualDurations(tx, rows)]);
  return rows.map((row) => ({
    organizationSlug: row.project.organization.slug,
    projectSlug: row.project.slug,
    verified: verifiedOf(verified, row),
    usualMs: usualOf(usual, row),
  }));
}

/** Builds as lists show them. */
export async function summaries(tx: Queryable, rows: readonly SummaryRow[]): Promise<BuildSummaryRecord[]> {
  const extras = await extrasOf(tx, rows);
  return rows.map(({ project: _, ...row }, index) => ({ ...toListedBuild(row), ...extras[index]! }));
}
