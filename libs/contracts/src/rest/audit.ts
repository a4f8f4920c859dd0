import { z } from 'zod';
import { idSchema, pageQuerySchema, timeSchema } from './common.js';

/** One change as it is remembered. Never holds a secret. */
export const auditEntrySchema = z.object({
  id: idSchema,
  /** Place in the chain, from 1; null for what was written before there were chains. */
  number: z.number().int().nullable(),
  at: timeSchema,
  actor: z.object({ kind: z.string(), id: z.string().nullable(), name: z.string() }),
  /** Subject and verb, for example `project.change`. */
  action: z.string(),
  subject: z.object({
    kind: z.string(),
    id: z.string(),
    /** What people call it now; null when it is gone. */
    name: z.string().nullable(),
  }),
  /** The project that the subject is or belongs to. */
  project: z.object({ id: z.string(), slug: z.string().nullable() }).nullable(),
  /** Where the call came from. */
  address: z.string().nullable(),
  /**
   * Settings, by name. In the place of a value that is too long for an entry stand its size and hash,
   * `{"bytes": 5000, "sha256": "…"}`: of a text its UTF-8, of anything else its JSON with sorted keys.
   */
  before: z.unknown(),
  /** As `before`. */
  after: z.unknown(),
  /** SHA-256 in hex over the hash before it and this entry; null with `number`. */
  hash: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

export const auditFilterSchema = z.strictObject({
  /** Id of a person or a token. */
  actor: z.string().max(64).optional(),
  /** A whole action (`project.change`), or what it is about (`project`). */
  action: z
    .string()
    .regex(/^[a-z][a-z-]{0,39}(?:\.[a-z-]{1,40})?$/, 'an action')
    .optional(),
  /** Id of what was changed. */
  subject: z.string().max(320).optional(),
  /** Id of a project: its own changes and those of all that belongs to it. */
  project: idSchema.optional(),
  /** The earliest moment. */
  since: z.iso.datetime({ offset: true }).optional(),
});
export type AuditFilterQuery = z.infer<typeof auditFilterSchema>;
export const auditQuerySchema = pageQuerySchema.extend(auditFilterSchema.shape);
export type AuditQuery = z.infer<typeof auditQuerySchema>;

/** Whether the chain of entries is whole. Write the head down elsewhere to know later that nothing was cut off. */
export const chainCheckSchema = z.object({
  ok: z.boolean(),
  checkedAt: timeSchema,
  head: z.object({ number: z.number().int(), hash: z.string() }),
  /** Number of the first entry that does not fit, and why; null when the chain is whole. */
  broken: z
    .object({ at: z.number().int(), reason: z.enum(['missing', 'changed', 'cut_off', 'added_outside']) })
    .nullable(),
});
export type ChainCheckView = z.infer<typeof chainCheckSchema>;
