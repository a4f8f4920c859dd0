import { z } from 'zod';

/** Every sort of job with the one shape of its data. Jobs carry ids only: Redis is derived state and holds no secret. */
export const jobCatalogue = {
  'run-build': z.strictObject({ attemptId: z.uuid() }),
  'export-cache': z.strictObject({ buildId: z.uuid() }),
} as const;

export type JobName = keyof typeof jobCatalogue;
export type JobPayload<J extends JobName> = z.infer<(typeof jobCatalogue)[J]>;
