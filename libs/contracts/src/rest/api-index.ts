import { z } from 'zod';

/** Where things are: the first answer for whoever has only the address. */
export const apiIndexSchema = z.object({
  name: z.string(),
  version: z.string(),
  /** Description of the API, OpenAPI 3.1. */
  description: z.string(),
  /** The same for people. */
  reference: z.string(),
  /** What can be listed or read without knowing an id, by name. Addresses, not paths. */
  links: z.record(z.string(), z.string()),
});
export type ApiIndex = z.infer<typeof apiIndexSchema>;
