import { z } from 'zod';
import { digestSchema, idSchema, pageQuerySchema, timeSchema } from './common.js';
import { checkSchema, keySchema, verdicts } from './image.js';

/** A signing key among those of all projects. Of a key only its public part is ever shown. */
export const trustKeySchema = keySchema.extend({
  organizationSlug: z.string(),
  projectSlug: z.string(),
  /** How the private part is kept. */
  kind: z.literal('sealed'),
  /** False once a key that only verifies is past its date, and for revoked ones. */
  counts: z.boolean(),
  /** Images that carry its signature; exact up to 1,000. */
  images: z.number().int(),
  lastUsedAt: timeSchema.nullable(),
});
export type TrustKey = z.infer<typeof trustKeySchema>;

/** What somebody asked of keys or tags, which only the control process does. */
export const trustRequestSchema = z.object({
  id: idSchema,
  projectId: idSchema,
  action: z.enum(['rotate', 'revoke', 'retag']),
  keyId: idSchema.nullable(),
  verifyUntil: timeSchema.nullable(),
  tag: z.string().nullable(),
  digest: z.string().nullable(),
  askedBy: z.string(),
  state: z.enum(['asked', 'done', 'refused']),
  /** Why it was refused. */
  note: z.string().nullable(),
  createdAt: timeSchema,
  doneAt: timeSchema.nullable(),
});
export type TrustRequest = z.infer<typeof trustRequestSchema>;

export const rotateKeySchema = z.strictObject({
  /** Until when signatures of the present key count; null: without end. */
  verifyUntil: timeSchema.nullable(),
});
export type RotateKey = z.infer<typeof rotateKeySchema>;

/** What a change of a key would touch. */
export const keyEffectsSchema = z.object({
  key: keySchema.nullable(),
  /** Images that carry a signature of this key and of no other that counts. */
  images: z.number().int(),
  /** Tags that point to such images. */
  tags: z.array(z.object({ tag: z.string(), digest: digestSchema })),
  moreTags: z.boolean(),
});
export type KeyEffects = z.infer<typeof keyEffectsSchema>;

/** What must be true of a project's images, each as a sentence for people. */
export const policySchema = z.object({
  projectId: idSchema,
  sentences: z.array(z.object({ id: z.string(), text: z.string() })),
  /** Whether any key counts at all: without one nothing satisfies the policy. */
  satisfiable: z.boolean(),
});
export type Policy = z.infer<typeof policySchema>;
export const testPolicyQuerySchema = z.strictObject({
  /** `host/organization/project:tag` or `@sha256:…`; a tag or a digest alone is of this project. */
  reference: z.string().trim().min(1).max(600),
});
export const policyResultSchema = z.object({
  reference: z.string(),
  digest: digestSchema,
  verdict: z.enum(verdicts),
  checks: z.array(checkSchema),
});
export type PolicyResult = z.infer<typeof policyResultSchema>;

/** How a project's tagged images fared when they were verified again. */
export const reverificationSchema = z.object({
  projectId: idSchema,
  organizationSlug: z.string(),
  projectSlug: z.string(),
  startedAt: timeSchema,
  finishedAt: timeSchema.nullable(),
  images: z.number().int(),
  failing: z.number().int(),
  /** Of which nothing could be found out. */
  unknown: z.number().int(),
  /** When the next round is due. */
  nextAt: timeSchema,
});
export type Reverification = z.infer<typeof reverificationSchema>;

export const trustQuerySchema = pageQuerySchema.extend({
  organization: z.string().max(64).optional(),
  project: idSchema.optional(),
});
export type TrustQuery = z.infer<typeof trustQuerySchema>;

export const retagSchema = z.strictObject({ tag: z.string().max(128), digest: digestSchema });
