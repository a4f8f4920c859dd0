import { z } from 'zod';

/** Every queue with the one shape of its jobs. Jobs carry ids only: Redis is derived state and holds no secret. */
const runBuild = z.strictObject({ attemptId: z.uuid() });
const exportCache = z.strictObject({ buildId: z.uuid() });

export const jobCatalogue = {
  'run-build': runBuild,
  'export-cache': exportCache,
  'run-build-buildah': runBuild,
  'export-cache-buildah': exportCache,
} as const;

/**
 * Where builders of an engine take their jobs from. Engines differ in what they build, so no build comes to an engine by
 * the chance of which builder was free.
 */
export const queuesOfEngine = {
  buildkit: { run: 'run-build', exportCache: 'export-cache' },
  buildah: { run: 'run-build-buildah', exportCache: 'export-cache-buildah' },
} as const;
export type RunBuildQueue = (typeof queuesOfEngine)[keyof typeof queuesOfEngine]['run'];
export type ExportCacheQueue = (typeof queuesOfEngine)[keyof typeof queuesOfEngine]['exportCache'];

export type QueueName = keyof typeof jobCatalogue;
export type JobPayload<Q extends QueueName> = z.infer<(typeof jobCatalogue)[Q]>;
