import { type BuildRecord, ContextManifestRepository, StepRepository } from '@cooperage/db';
import type { ManifestEntry } from '@cooperage/domain';
import type { ApiWorld, TestProject } from './api-world.js';
import type { TestWorker } from './worker.js';

const dockerfile = 'FROM busybox\nCOPY . .\nRUN make\n';
const names = [
  `[1/3] FROM docker.io/library/busybox:latest@sha256:${'a'.repeat(64)}`,
  '[2/3] COPY . .',
  '[3/3] RUN make',
];

const untold = { stage: null, target: null, platform: null, internal: false, error: null, progressGroup: null };

/**
 * A build that copies all of its context and then makes something of it, told of by its builder to the end. The copying took a
 * second, the making two.
 * @param cached instructions that came from a cache
 */
export async function toldBuild(
  world: ApiWorld,
  worker: TestWorker,
  target: TestProject,
  context: readonly ManifestEntry[],
  cached: readonly string[] = [],
): Promise<BuildRecord> {
  const build = await world.build(target);
  const attempt = await worker.claim(build);
  await worker.attempts.describe(attempt, 'ab', dockerfile);
  await new ContextManifestRepository(world.database).save(attempt, context);
  // Builds that come one after the other: of two at once neither would have the other's results.
  const startMs = build.number * 60_000;
  const steps = names.map((name, at) => ({
    ...{ ...untold, ordinal: at + 1, vertexId: `sha256:${at}`, name },
    ...{ startedAt: new Date(startMs), completedAt: new Date(startMs + 1_000 * at) },
    cached: cached.some((instruction) => name.endsWith(instruction)),
  }));
  await new StepRepository(world.database).save(attempt.attemptId, steps);
  const failure = { code: 'StepFailed', message: 'no' } as const;
  const next = { retryable: false, attemptsLeft: false, pauseMs: 0 };
  await worker.attempts.failed(attempt, worker.instanceId, failure, next);
  return build;
}
