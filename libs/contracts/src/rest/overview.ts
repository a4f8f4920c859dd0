import {
  buildStatuses,
  failureCatalogue,
  loopTroubleStates,
  type QuotaKind,
  quotaNames,
} from '@cooperage/domain/predicates';
import { z } from 'zod';
import { buildSummarySchema } from './build.js';
import { buildFilterSchema } from './build-list.js';
import { digestSchema, idSchema, timeSchema } from './common.js';

export const overviewScopes = ['mine', 'all'] as const;
export const overviewQuerySchema = z.strictObject({
  /** Whose builds: of the caller's commits and wishes, or of everybody. Without it: mine, where there are any of late. */
  scope: z.enum(overviewScopes).optional(),
});
export type OverviewQuery = z.infer<typeof overviewQuerySchema>;

const projectName = { projectId: idSchema, organizationSlug: z.string(), projectSlug: z.string() };
export const attentionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('no_worker') }),
  /** A loop of a process that takes work is not in order; it is repaired by itself where that can be. */
  z.object({
    kind: z.literal('loop_stuck'),
    processId: idSchema,
    processName: z.string(),
    loop: z.string(),
    state: z.enum(loopTroubleStates),
    forMs: z.number(),
    due: z.number().int(),
  }),
  z.object({ kind: z.literal('default_branch_broken'), build: buildSummarySchema }),
  z.object({
    kind: z.literal('image_unverified'),
    ...projectName,
    digest: digestSchema,
    /** Null when it was never verified. */
    checkedAt: timeSchema.nullable(),
  }),
  z.object({
    kind: z.literal('token_expiring'),
    tokenId: idSchema,
    name: z.string(),
    organizationId: z.string(),
    /** In the past for one that has just ended. */
    expiresAt: timeSchema,
  }),
  z.object({ kind: z.literal('hook_failing'), ...projectName, code: z.string(), at: timeSchema }),
  z.object({
    kind: z.literal('hook_silent'),
    ...projectName,
    ref: z.string(),
    lastDeliveryAt: timeSchema,
    /** When the git host was seen to have something that was never told. */
    checkedAt: timeSchema,
  }),
  /** A quota of one of the caller's organizations is used to 80 % or more. */
  z.object({
    kind: z.literal('quota'),
    organizationId: z.string(),
    organizationSlug: z.string(),
    quota: z.enum(quotaNames as readonly [QuotaKind, ...QuotaKind[]]),
    label: z.string(),
    unit: z.enum(['projects', 'builds', 'minutes', 'bytes']),
    used: z.number(),
    limit: z.number(),
    state: z.enum(['near', 'reached']),
  }),
  /** Organizations beside the home one are there, and no builder for untrusted code is; for administrators. */
  z.object({
    kind: z.literal('untrusted_builder_missing'),
    organizations: z.number().int(),
    message: z.string(),
    action: z.string(),
  }),
  /** The disk of a builder, with its git mirrors and its cache, is nearly full. */
  z.object({
    kind: z.literal('disk_full'),
    workerId: idSchema,
    workerName: z.string(),
    freeBytes: z.number(),
    totalBytes: z.number(),
  }),
]);
export type Attention = z.infer<typeof attentionSchema>;

/** One day in UTC. */
export const dayCountsSchema = z.object({
  day: z.iso.date(),
  succeeded: z.number().int(),
  broken: z.number().int(),
  other: z.number().int(),
});
export type DayCounts = z.infer<typeof dayCountsSchema>;

export const overviewSchema = z.object({
  scope: z.enum(overviewScopes),
  active: z.array(buildSummarySchema),
  attention: z.array(attentionSchema),
  /** The last fourteen days, the oldest first. */
  days: z.array(dayCountsSchema),
});
export type Overview = z.infer<typeof overviewSchema>;

export const projectGlanceSchema = z.object({
  /** The newest build of the default branch. */
  defaultBranch: buildSummarySchema.nullable(),
  /** Branches and tags that were pushed last, at most fifty. */
  branches: z.array(z.object({ ref: z.string(), evaluatedAt: timeSchema, newest: buildSummarySchema.nullable() })),
  /** The last forty builds that have ended, the oldest first. */
  recent: z.array(
    z.object({
      number: z.number().int(),
      status: z.enum(buildStatuses),
      tookMs: z.number().nullable(),
      steps: z.number().int().nullable(),
      reusedSteps: z.number().int().nullable(),
    }),
  ),
  /** When the git host called last; null before its first call. */
  lastCallAt: timeSchema.nullable(),
});
export type ProjectGlanceView = z.infer<typeof projectGlanceSchema>;

export const insightsQuerySchema = z.strictObject({
  days: z.coerce.number().int().min(2).max(90).default(14),
  filter: buildFilterSchema.optional(),
});
export type InsightsQuery = z.infer<typeof insightsQuerySchema>;
export const insightDaySchema = dayCountsSchema.extend({
  medianMs: z.number().nullable(),
  p95Ms: z.number().nullable(),
  medianWaitMs: z.number().nullable(),
  p95WaitMs: z.number().nullable(),
  steps: z.number().int(),
  reusedSteps: z.number().int(),
  /** Of the images of that day, bytes; null for a day without one. */
  medianBytes: z.number().nullable(),
});
export type InsightDay = z.infer<typeof insightDaySchema>;
export const insightsSchema = z.object({
  /** Each day, also those without a build; the oldest first. */
  days: z.array(insightDaySchema),
  /** The builds with the longest run and with the longest wait, at most ten each. */
  slowest: z.array(buildSummarySchema),
  longestWaits: z.array(buildSummarySchema),
  causes: z.array(
    z.object({
      code: z.enum(Object.keys(failureCatalogue) as [keyof typeof failureCatalogue]),
      fingerprint: z.string(),
      count: z.number().int(),
      newest: buildSummarySchema,
    }),
  ),
  /** Builds whose image is bigger than the one before it of the same ref and rule, by most bytes first, at most ten. */
  grown: z.array(z.object({ beforeBytes: z.number().int(), afterBytes: z.number().int(), build: buildSummarySchema })),
});
export type Insights = z.infer<typeof insightsSchema>;

export const badgeQuerySchema = z.strictObject({
  branch: z.string().min(1).max(255).optional(),
  kind: z.enum(['status', 'signed']).default('status'),
});
export type BadgeQuery = z.infer<typeof badgeQuerySchema>;
