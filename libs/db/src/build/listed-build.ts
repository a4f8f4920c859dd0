import type { Prisma } from '../generated/client.js';
import type { BuildRecord } from './build-record.js';

/**
 * Columns that lists show. A list has many rows: nothing belongs here that a project may make large, as arguments,
 * warnings, sources and definitions are.
 */
export const listedColumns = {
  ...{ id: true, organizationId: true, projectId: true, number: true, ruleId: true, ruleName: true },
  ...{ trigger: true, triggeredBy: true, ref: true, commit: true, commitSubject: true, commitAuthor: true },
  ...{ zone: true, tags: true, status: true, stage: true, phase: true, waitReason: true, attemptNumber: true },
  ...{ failure: true, fingerprint: true, digest: true, stepsTotal: true, stepsCached: true },
  ...{ queuedAt: true, startedAt: true, finishedAt: true },
} as const satisfies Prisma.BuildSelect;

/** What lists show of a build's row. */
export type ListedBuild = Pick<BuildRecord, keyof typeof listedColumns>;

/** Columns that are announced of a build that changed. */
export const announcedColumns = {
  ...{ id: true, organizationId: true, projectId: true, number: true },
  ...{ version: true, status: true, phase: true, attemptNumber: true },
} as const satisfies Prisma.BuildSelect;

export type AnnouncedBuild = Pick<BuildRecord, keyof typeof announcedColumns>;
