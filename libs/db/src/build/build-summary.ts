import type { Prisma } from '../generated/client.js';
import { type Verifications, verifiedOf } from '../image/newest-verification.js';
import { toBuildRecord } from './build-mapping.js';
import type { BuildRecord } from './build-record.js';

/** A build with the names of its project and what the newest verification of its image said. */
export interface BuildSummaryRecord extends BuildRecord {
  readonly organizationSlug: string;
  readonly projectSlug: string;
  /** Null before there was a verification, or where there is no image. */
  readonly verified: boolean | null;
}

export const withProjectNames = {
  project: { select: { slug: true, organization: { select: { slug: true } } } },
} as const satisfies Prisma.BuildInclude;

export type NamedBuildRow = Prisma.BuildGetPayload<{ include: typeof withProjectNames }>;

export function toSummaryRecord(row: NamedBuildRow, verifications: Verifications): BuildSummaryRecord {
  const { project, ...build } = row;
  return {
    ...toBuildRecord(build),
    organizationSlug: project.organization.slug,
    projectSlug: project.slug,
    verified: verifiedOf(verifications, build),
  };
}
