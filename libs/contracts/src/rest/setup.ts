import { type CheckName, checkCodes, checkNames } from '@cooperage/domain/predicates';
import { z } from 'zod';
import { timeSchema } from './common.js';

export type { CheckName };

export const installationCheckSchema = z.object({
  name: z.enum(checkNames),
  state: z.enum(['unasked', 'waiting', 'ok', 'failed']),
  code: z.enum(checkCodes).nullable(),
  /** What was measured. */
  fact: z.string().nullable(),
  tookMs: z.number().nullable(),
  askedAt: timeSchema.nullable(),
  /** The likely cause and the command that leads on; null unless it failed. */
  advice: z.object({ cause: z.string(), command: z.string() }).nullable(),
});
export type CheckView = z.infer<typeof installationCheckSchema>;
export const checksSchema = z.object({
  checks: z.array(installationCheckSchema),
  /** The address under which the installation believes to be: from elsewhere nothing can be changed. */
  publicUrl: z.string(),
});
export type ChecksView = z.infer<typeof checksSchema>;
/** Without names all parts are looked at. */
export const askChecksSchema = z.strictObject({
  names: z.array(z.enum(checkNames)).min(1).max(checkNames.length).optional(),
});
export type AskChecks = z.infer<typeof askChecksSchema>;

export const setupTokenSchema = z.strictObject({ token: z.string().min(1).max(200) });

export const echoRequestSchema = z.strictObject({
  nonce: z.string().regex(/^[0-9a-z]{1,12}\.[0-9a-f]{32}\.[0-9a-f]{64}$/),
});
export const echoSchema = z.object({ proof: z.string() });

export const firstStepsSchema = z.object({
  checks: z.array(installationCheckSchema),
  hasProject: z.boolean(),
  /** A build has ended well: its image is signed and verified. */
  hasSignedImage: z.boolean(),
  dismissed: z.boolean(),
});
export type FirstStepsView = z.infer<typeof firstStepsSchema>;

export const trySampleSchema = z.strictObject({ organizationId: z.string().max(64) });
export const triedSampleSchema = z.object({
  organizationSlug: z.string(),
  projectSlug: z.string(),
  /** The delivery that became, or is about to become, the build. */
  deliveryId: z.string(),
});
export type TriedSample = z.infer<typeof triedSampleSchema>;
