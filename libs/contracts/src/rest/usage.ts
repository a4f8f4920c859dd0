import { type QuotaKind, quotaNames } from '@cooperage/domain/predicates';
import { z } from 'zod';
import { idSchema, timeSchema } from './common.js';

const bytes = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable();

/** What an organization may use. A null leaves it to the installation, and there to the built-in value or to no limit. */
export const quotaSettingsSchema = z.strictObject({
  /** Part of the slots beside other organizations: one of 200 gets twice what one of 100 gets. */
  weight: z.number().int().min(1).max(10_000).nullable().default(null),
  projects: z.number().int().min(0).max(100_000).nullable().default(null),
  concurrentBuilds: z.number().int().min(0).max(10_000).nullable().default(null),
  queuedBuilds: z.number().int().min(0).max(100_000).nullable().default(null),
  /** In which its builds hold slots, of a month in UTC. */
  buildMinutes: z.number().int().min(0).max(100_000_000).nullable().default(null),
  /** The most that a project may ask for one build. */
  cpus: z.number().min(0.1).max(256).nullable().default(null),
  memoryBytes: z.number().int().min(67_108_864).max(Number.MAX_SAFE_INTEGER).nullable().default(null),
  pids: z.number().int().min(16).max(100_000).nullable().default(null),
  diskBytes: z.number().int().min(16_777_216).max(Number.MAX_SAFE_INTEGER).nullable().default(null),
  /** The longest time limit of a build, in milliseconds. */
  timeoutMs: z.number().int().min(10_000).max(86_400_000).nullable().default(null),
  imageBytes: bytes.default(null),
  cacheBytes: bytes.default(null),
  logBytes: bytes.default(null),
  deliveryBytes: bytes.default(null),
});
export type QuotaSettingsView = z.infer<typeof quotaSettingsSchema>;

export const quotaUsageSchema = z.object({
  kind: z.enum(quotaNames as readonly [QuotaKind, ...QuotaKind[]]),
  label: z.string(),
  unit: z.enum(['projects', 'builds', 'minutes', 'bytes']),
  used: z.number(),
  /** Null for no limit. */
  limit: z.number().nullable(),
  /** `near` from 80 % on; `reached` at the limit. */
  state: z.enum(['unlimited', 'ok', 'near', 'reached']),
  /** Who has said the limit. */
  origin: z.enum(['organization', 'installation', 'builtin']),
});
export type QuotaUsageView = z.infer<typeof quotaUsageSchema>;

export const organizationUsageSchema = z.object({
  organizationId: z.string(),
  slug: z.string(),
  name: z.string(),
  suspendedAt: timeSchema.nullable(),
  suspendedBy: z.string().nullable(),
  quotas: z.array(quotaUsageSchema),
  /** Of the bytes of images: what builds have pushed that published nothing, as far as the registry still holds it. */
  stagedBytes: z.number(),
  /** Of the bytes of logs: what builds have left beside their logs, as steps, inputs and provenance. It goes with the builds and their images. */
  recordBytes: z.number(),
  /** What was said for this organization alone. */
  own: quotaSettingsSchema,
  /** The most that one build may ask for; null for what the machine has. */
  ceilings: z.object({
    cpus: z.number().nullable(),
    memoryBytes: z.number().nullable(),
    pids: z.number().nullable(),
    diskBytes: z.number().nullable(),
    timeoutMs: z.number().nullable(),
  }),
  weight: z.number(),
  /** Of the last thirty days, those that had some; the oldest first. */
  days: z.array(z.object({ day: z.iso.date(), minutes: z.number() })),
});
export type OrganizationUsage = z.infer<typeof organizationUsageSchema>;

export const administeredOrganizationSchema = z.object({
  organizationId: z.string(),
  slug: z.string(),
  name: z.string(),
  createdAt: timeSchema,
  /** The trusted builders are its own. */
  home: z.boolean(),
  suspendedAt: timeSchema.nullable(),
  suspendedBy: z.string().nullable(),
  /** It is being deleted. */
  deletedAt: timeSchema.nullable(),
  members: z.number().int(),
  projects: z.number().int(),
  runningBuilds: z.number().int(),
  waitingBuilds: z.number().int(),
});
export type AdministeredOrganization = z.infer<typeof administeredOrganizationSchema>;

/** What an administrator sees of an organization: no settings, no logs, no secrets. */
export const organizationDetailSchema = administeredOrganizationSchema.extend({
  projectList: z.array(
    z.object({
      projectId: idSchema,
      slug: z.string(),
      name: z.string(),
      createdAt: timeSchema,
      deletedAt: timeSchema.nullable(),
      runningBuilds: z.number().int(),
      waitingBuilds: z.number().int(),
    }),
  ),
  /** Those that have not ended, at most two hundred. */
  openBuilds: z.array(
    z.object({
      id: idSchema,
      number: z.number().int(),
      projectSlug: z.string(),
      status: z.string(),
      queuedAt: timeSchema,
    }),
  ),
});
export type OrganizationDetail = z.infer<typeof organizationDetailSchema>;

export const suspendOrganizationSchema = z.strictObject({ comment: z.string().trim().min(1).max(500) });
export type SuspendOrganization = z.infer<typeof suspendOrganizationSchema>;
/** Running builds that were told to stop. */
export const suspendedOrganizationSchema = z.object({ canceledBuilds: z.number().int() });
