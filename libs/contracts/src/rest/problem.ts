import { z } from 'zod';
import { roleSchema } from './account.js';

/** The closed list of error codes of the API; each is stable and documented. */
export const problemCodes = [
  'bad_request',
  'validation_failed',
  'unauthenticated',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'conflict',
  'idempotency_key_reused',
  'stale',
  'too_late',
  'gone',
  'payload_too_large',
  'unsupported_media_type',
  'request_timeout',
  'rate_limited',
  'quota_exceeded',
  'unavailable',
  'internal',
  'signature_missing',
  'signature_invalid',
  'timestamp_out_of_range',
  'unknown_sender',
  'ref_invalid',
  'malformed',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

/** RFC 9457 problem details. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  code: z.enum(problemCodes),
  requestId: z.string(),
  /** One entry per field that did not pass, for `validation_failed`. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  /** The role in the organization that would be enough, for `forbidden`. */
  neededRole: roleSchema.optional(),
});
export type Problem = z.infer<typeof problemSchema>;
