import type { Queryable } from '../database.js';
import type { Prisma } from '../generated/client.js';
import { newestVerifications, type Verifications, verifiedOf } from '../image/newest-verification.js';
import { toBuildRecord } from './build-mapping.js';
import type { BuildRecord } from './build-record.js';
import { type UsualDurations, usualDurations, usualOf } from './usual-durations.js';

/** A build with the names of its project and what the newest verification of its image said. */
export interface BuildSummaryRecord extends BuildRecord {
  readonly organizationSlug: string;
  readonly projectSlug: string;
  /** Null before there was a verification, or where there is no image. */
  readonly verified: boolean | null;
  /** Median time of the last green builds of its rule, in milliseconds; null where there are too few. */
  readonly usualMs: number | null;
}

export const withProjectNames = {
  project: { select: { slug: true, organization: { select: { slug: true } } } },
} as const satisfies Prisma.BuildInclude;

export type NamedBuildRow = Prisma.BuildGetPayload<{ include: typeof withProjectNames }>;

/** What lists and pages show of builds beyond their rows: two queries, however many builds. */
export async function summaries(tx: Queryable, rows: readonly NamedBuildRow[]): Promise<BuildSummaryRecord[]> {
  const [verified, usual] = await Promise.all([newestVerifications(tx, rows), usualDurations(tx, rows)]);
  return rows.map((row) => toSummaryRecord(row, verified, usual));
}

function toSummaryRecord(row: NamedBuildRow, verifications: Verifications, usual: UsualDurations): BuildSummaryRecord {
  const { project, ...build } = row;
  return {
    ...toBuildRecord(build),
    organizationSlug: project.organization.slug,
    projectSlug: project.slug,
    verified: verifiedOf(verifications, build),
    usualMs: usualOf(usual, build),
  };
}
