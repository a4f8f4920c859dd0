import { maxRetentionDays, retentionKinds, retentionReasons, retentionStates } from '@cooperage/domain/predicates';
import { z } from 'zod';
import { digestSchema, idSchema, pageQuerySchema, timeSchema } from './common.js';

const daysSchema = z.number().int().min(0).max(maxRetentionDays);
const graceSchema = z.number().int().min(0).max(365);
const policyFields = { buildDays: daysSchema, logDays: daysSchema, deliveryDays: daysSchema, graceDays: graceSchema };
const originSchema = z.enum(['installation', 'organization']);

/** How long things are kept, in days; 0 keeps for ever. */
export const retentionPolicySchema = z.object({
  ...policyFields,
  /** Where each value comes from. */
  origins: z.object({
    ...{ buildDays: originSchema, logDays: originSchema, deliveryDays: originSchema, graceDays: originSchema },
  }),
  /** What an organization inherits that sets nothing. */
  defaults: z.object(policyFields),
});
export type RetentionPolicyView = z.infer<typeof retentionPolicySchema>;

/** Values of the organization; null inherits the default of the installation. */
export const changeRetentionSchema = z.strictObject({
  ...{ buildDays: daysSchema.nullable(), logDays: daysSchema.nullable(), deliveryDays: daysSchema.nullable() },
  graceDays: graceSchema.nullable(),
});
export type ChangeRetention = z.infer<typeof changeRetentionSchema>;

const queryDays = z.coerce.number().pipe(daysSchema).optional();
/** A dry run of other values; those that are left out are the ones in force. */
export const retentionPreviewQuerySchema = z.strictObject({
  ...{ buildDays: queryDays, logDays: queryDays, deliveryDays: queryDays },
});
export type RetentionPreviewQuery = z.infer<typeof retentionPreviewQuerySchema>;

/** What the policy would schedule now, beyond what is scheduled already. */
export const retentionPreviewSchema = z.object({
  /** One entry for each kind that is not kept for ever. */
  kinds: z.array(
    z.object({
      kind: z.enum(['build', 'log', 'delivery']),
      count: z.number().int(),
      /** There are more than `count`: a dry run counts no further. */
      more: z.boolean(),
      /** Bytes of bodies, and of the text of logs. */
      bytes: z.number(),
      oldestAt: timeSchema.nullable(),
      /** The 20 oldest. */
      items: z.array(z.object({ id: idSchema, projectId: idSchema, label: z.string(), at: timeSchema })),
    }),
  ),
});
export type RetentionPreviewView = z.infer<typeof retentionPreviewSchema>;

/** One deletion: scheduled, under way, done, or called off. */
export const deletionSchema = z.object({
  id: idSchema,
  project: z.object({ id: idSchema, slug: z.string() }),
  kind: z.enum(retentionKinds),
  /** Id of the build or delivery, digest of the image. */
  subject: z.string(),
  label: z.string(),
  reason: z.enum(retentionReasons),
  state: z.enum(retentionStates),
  bytes: z.number().nullable(),
  /** Tags of an image that go with it. A list has the first 20 of each. */
  tags: z.array(z.string()),
  /** How many more tags there are. */
  tagsLeftOut: z.number().int(),
  comment: z.string().nullable(),
  requestedBy: z.string().nullable(),
  /** Why it was kept; null otherwise. */
  message: z.string().nullable(),
  createdAt: timeSchema,
  deleteAfter: timeSchema,
  finishedAt: timeSchema.nullable(),
});
export type Deletion = z.infer<typeof deletionSchema>;

export const deletionsQuerySchema = pageQuerySchema.extend({
  /** `open` are those that are scheduled or under way. */
  state: z.enum(['open', 'deleted', 'kept']).default('open'),
});
export type DeletionsQuery = z.infer<typeof deletionsQuerySchema>;

/** What goes with an image. */
export const imageDeletionPreviewSchema = z.object({
  /** The first ones by name, at most 1,000. */
  tags: z.array(z.string()),
  /** How many more tags point to it. */
  tagsLeftOut: z.number().int(),
  /** SHA-256 of all tags where `tags` are not all; else null. */
  tagsDigest: z.string().nullable(),
  /** Signatures and attestations. */
  artifacts: z.number().int(),
  bytes: z.number(),
  /** Days until the deletion, in which it can be undone. */
  graceDays: z.number().int(),
  /** The deletion of this image that is scheduled or under way. */
  deletion: deletionSchema.nullable(),
});
export type ImageDeletionPreviewView = z.infer<typeof imageDeletionPreviewSchema>;

/** A tag of a deleted image that stays with its protected branch or git tag: no other build gets it. */
export const keptTagSchema = z.object({
  tag: z.string(),
  /** Of the deleted image. */
  digest: digestSchema,
  /** Of the build that the tag pointed to; null where that build is gone. */
  ref: z.string().nullable(),
  deletedAt: timeSchema,
});
export type KeptTag = z.infer<typeof keptTagSchema>;

export const deleteImageSchema = z.strictObject({
  /** The tags that the preview shows: they go with it. The deletion is refused if there are others. */
  tags: z.array(z.string().max(128)).max(1_000).default([]),
  /** What the preview says of all tags: those that it does not show go with it, too. */
  tagsDigest: z.string().max(64).nullable().default(null),
  comment: z.string().trim().min(1).max(500),
});
export type DeleteImage = z.infer<typeof deleteImageSchema>;
