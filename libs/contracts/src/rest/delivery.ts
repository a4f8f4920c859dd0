import { forgeKinds } from '@cooperage/domain/predicates';
import { z } from 'zod';
import { idSchema, timeSchema } from './common.js';

export const deliveryStatuses = ['received', 'evaluating', 'evaluated', 'failed', 'ignored'] as const;

export const verdictSchema = z.object({
  ruleId: idSchema.nullable(),
  ruleName: z.string(),
  matched: z.boolean(),
  reason: z.string(),
  explanation: z.string(),
  tags: z.array(z.string()),
  buildId: idSchema.nullable(),
  buildNumber: z.number().int().nullable(),
});
export type VerdictView = z.infer<typeof verdictSchema>;

export const deliverySchema = z.object({
  id: idSchema,
  projectId: idSchema,
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
  /** Why nothing was started, or what evaluation waits for. */
  note: z.string().nullable(),
  failureCode: z.string().nullable(),
  replayOf: idSchema.nullable(),
  receivedAt: timeSchema,
  evaluatedAt: timeSchema.nullable(),
  verdicts: z.array(verdictSchema),
});
export type DeliveryView = z.infer<typeof deliverySchema>;

export const deliveryDetailSchema = deliverySchema.extend({
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
export type DeliveryDetail = z.infer<typeof deliveryDetailSchema>;

/** A call that did not prove where it came from. Only the newest hundred of a project are kept. */
export const refusalSchema = z.object({
  id: idSchema,
  code: z.string(),
  forge: z.enum(forgeKinds).nullable(),
  address: z.string(),
  receivedAt: timeSchema,
});
export type RefusalView = z.infer<typeof refusalSchema>;

/** Answer to a forge: 202 after the delivery is durable. */
export const acceptedSchema = z.object({ deliveryId: idSchema, url: z.string(), duplicate: z.boolean() });
export type Accepted = z.infer<typeof acceptedSchema>;
