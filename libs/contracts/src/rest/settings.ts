import { z } from 'zod';

/** One setting of the installation, as the API's process runs with it. */
export const settingSchema = z.object({
  /** Name of the environment variable. */
  name: z.string(),
  /** What it means, in a sentence. */
  summary: z.string(),
  /** What is in effect; null for a secret, and for what is not set. */
  value: z.string().nullable(),
  origin: z.enum(['environment', 'file', 'default', 'not set']),
  /** The file, where the value came from one. */
  file: z.string().nullable(),
  /** Never shown. */
  secret: z.boolean(),
});
export type SettingView = z.infer<typeof settingSchema>;

/** What came of trying a connection that the service has been told of. */
export const trialSchema = z.object({
  ok: z.boolean(),
  /** What was seen, in a sentence. */
  fact: z.string(),
  /** Milliseconds. */
  tookMs: z.number().int(),
});
export type Trial = z.infer<typeof trialSchema>;
