import { forgeKinds, noBuildReasons } from '@cooperage/domain/predicates';
import { z } from 'zod';
import { idSchema, pageQuerySchema, timeSchema } from './common.js';

export const deliveryStatuses = ['received', 'evaluating', 'evaluated', 'failed', 'ignored'] as const;

export const verdictSchema = z.object({
  ruleId: idSchema.nullable(),
  ruleName: z.string(),
  matched: z.boolean(),
  reason: z.string(),
  /** Ends with `…` where it is cut. */
  explanation: z.string(),
  tags: z.array(z.string()),
  /** Further tags, which the delivery itself names. */
  tagsLeftOut: z.number().int(),
  buildId: idSchema.nullable(),
  buildNumber: z.number().int().nullable(),
});
export type VerdictView = z.infer<typeof verdictSchema>;

/** What came of a delivery: the state of the ledger's line, as people ask for it. */
export const deliveryOutcomes = ['built', 'nothing', 'waiting', 'failed', 'ignored'] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

export const projectDeliveriesQuerySchema = pageQuerySchema.extend({ outcome: z.enum(deliveryOutcomes).optional() });
export type ProjectDeliveriesQuery = z.infer<typeof projectDeliveriesQuerySchema>;
export const deliveriesQuerySchema = projectDeliveriesQuerySchema.extend({ project: idSchema.optional() });
export type DeliveriesQuery = z.infer<typeof deliveriesQuerySchema>;

export const deliverySchema = z.object({
  id: idSchema,
  projectId: idSchema,
  projectSlug: z.string(),
  organizationSlug: z.string(),
  forge: z.enum(forgeKinds),
  /** The forge's own id of this delivery. */
  deliveryId: z.string(),
  eventName: z.string(),
  proof: z.string(),
  status: z.enum(deliveryStatuses),
  ref: z.string().nullable(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  sender: z.string().nullable(),
  /** Why nothing was built although a ref was named. */
  reason: z.enum(noBuildReasons).nullable(),
  /** Why nothing was started, or what evaluation waits for. */
  note: z.string().nullable(),
  failureCode: z.string().nullable(),
  replayOf: idSchema.nullable(),
  /** The first delivery with the same body, where this one is only its replay. */
  sameBodyAs: idSchema.nullable(),
  receivedAt: timeSchema,
  evaluatedAt: timeSchema.nullable(),
  /** In a list at most ten, with those that started a build; all of them in the delivery itself. */
  verdicts: z.array(verdictSchema),
  /** Further verdicts, which the delivery itself has. */
  verdictsLeftOut: z.number().int(),
});
export type DeliveryView = z.infer<typeof deliverySchema>;

/** Most bytes of a body that an answer shows as text. The whole body is `GET /deliveries/{deliveryId}/body`. */
export const shownBodyBytes = 256 * 1024;

export const deliveryDetailSchema = deliverySchema.extend({
  headers: z.record(z.string(), z.string()),
  /** The first `shownBodyBytes` of the body, as text. */
  body: z.string(),
  /** Length of the whole body in bytes, as it arrived. */
  bodyBytes: z.number().int(),
  /** `body` is only the first part. */
  bodyTruncated: z.boolean(),
});
export type DeliveryDetail = z.infer<typeof deliveryDetailSchema>;

/** A call that did not prove where it came from. Only the newest hundred of a project are kept. */
export const refusalSchema = z.object({
  id: idSchema,
  code: z.string(),
  projectId: idSchema,
  projectSlug: z.string(),
  organizationSlug: z.string(),
  forge: z.enum(forgeKinds).nullable(),
  address: z.string(),
  /** The secrets that were valid then; none of them made the proof. Newest first. */
  secretsTried: z.array(z.object({ prefix: z.string(), createdAt: timeSchema })),
  receivedAt: timeSchema,
});
export type RefusalView = z.infer<typeof refusalSchema>;

/** What today's rules would make of a delivery as it arrived. Nothing is fetched and nothing is started. */
export const dryRunSchema = z.object({
  ref: z.string(),
  commit: z.string(),
  defaultBranch: z.string().nullable(),
  /** Null when the call does not list them all; rules with paths are then taken to match. */
  changedPaths: z.array(z.string()).nullable(),
  verdicts: z.array(verdictSchema.omit({ tagsLeftOut: true, buildId: true, buildNumber: true })),
});
export type DryRun = z.infer<typeof dryRunSchema>;

/** A project whose webhook has gone quiet although its default branch has moved. */
export const hookSilenceSchema = z.object({
  projectId: idSchema,
  projectSlug: z.string(),
  organizationSlug: z.string(),
  ref: z.string(),
  /** What the git host has now. */
  commit: z.string(),
  /** The newest that was evaluated. */
  evaluatedCommit: z.string(),
  lastDeliveryAt: timeSchema,
  checkedAt: timeSchema,
});
export type HookSilence = z.infer<typeof hookSilenceSchema>;

export const silenceQuerySchema = pageQuerySchema.extend({ project: idSchema.optional() });
export type SilenceQuery = z.infer<typeof silenceQuerySchema>;

/** Answer to a forge: 202 after the delivery is durable. */
export const acceptedSchema = z.object({ deliveryId: idSchema, url: z.string(), duplicate: z.boolean() });
export type Accepted = z.infer<typeof acceptedSchema>;
