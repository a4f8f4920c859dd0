import { z } from 'zod';

/** Every queue with the one shape of its jobs. Jobs carry ids only: Redis is derived state and holds no secret. */
export const jobCatalogue = {
  'run-build': z.strictObject({ attemptId: z.uuid() }),
  'export-cache': z.strictObject({ buildId: z.uuid() }),
} as const;

export type QueueName = keyof typeof jobCatalogue;
export type JobPayload<Q extends QueueName> = z.infer<(typeof jobCatalogue)[Q]>;
