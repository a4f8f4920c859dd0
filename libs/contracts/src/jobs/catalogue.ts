import type { Lane } from '@cooperage/domain/predicates';
import { z } from 'zod';

/** Every queue with the one shape of its jobs. Jobs carry ids only: Redis is derived state and holds no secret. */
const runBuild = z.strictObject({ attemptId: z.uuid() });
const exportCache = z.strictObject({ buildId: z.uuid() });

export const jobCatalogue = {
  'run-build': runBuild,
  'export-cache': exportCache,
  'run-build-buildah': runBuild,
  'export-cache-buildah': exportCache,
  'run-build-strangers': runBuild,
  'export-cache-strangers': exportCache,
} as const;

/**
 * Where builders of an engine take their jobs from. Engines differ in what they build, so no build comes to an engine by
 * the chance of which builder was free.
 */
const queuesOfEngine = {
  buildkit: { run: 'run-build', exportCache: 'export-cache' },
  buildah: { run: 'run-build-buildah', exportCache: 'export-cache-buildah' },
} as const;
/** Builders for strangers are never those of others, whatever engine the others have. */
const queuesOfStrangers = { run: 'run-build-strangers', exportCache: 'export-cache-strangers' } as const;

export function queuesOf(engine: keyof typeof queuesOfEngine, lane: Lane) {
  return lane === 'strangers' ? queuesOfStrangers : queuesOfEngine[engine];
}

type Queues = ReturnType<typeof queuesOf>;
export type RunBuildQueue = Queues['run'];
export type ExportCacheQueue = Queues['exportCache'];

export type QueueName = keyof typeof jobCatalogue;
export type JobPayload<Q extends QueueName> = z.infer<(typeof jobCatalogue)[Q]>;
