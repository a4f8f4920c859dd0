import type { AttemptRepository, BuildRepository } from '@cooperage/db';
import { BuildFailure, cacheReference } from '@cooperage/domain';
import type { Engine } from '@cooperage/engines';
import { type Logger, withIds } from '@cooperage/telemetry';
import type { BuildRequests } from '../run-build/build-requests.js';

const limitMs = 10 * 60_000;

/**
 * Exports the cache of a build that has succeeded, as a second Solve over the same files. Its failure is a warning on the
 * build and nothing else.
 */
export class ExportCacheService {
  constructor(
    private readonly builds: BuildRepository,
    private readonly attempts: AttemptRepository,
    private readonly requests: BuildRequests,
    private readonly engine: Engine,
    private readonly registryHost: string,
    private readonly logger: Logger,
  ) {}

  async run(buildId: string): Promise<void> {
    const attempt = await this.attempts.finished(buildId);
    if (attempt?.build.cacheExport !== 'pending') return;
    const { build } = attempt;
    const logger = withIds(this.logger, { buildId, attemptId: attempt.attemptId });
    const signal = AbortSignal.timeout(limitMs);
    try {
      const { request } = await this.requests.prepare(attempt, signal);
      const own = cacheReference(build.projectId, build.zone, build.ref, build.platform);
      const reference = `${this.registryHost}/${own.repository}:${own.tag}`;
      await this.engine.exportCache({ ...request, cacheExport: { reference, mode: 'max' } }, signal);
      await this.builds.setCacheExport(buildId, 'done');
    } catch (error) {
      logger.warn({ err: error }, 'the cache could not be exported');
      await this.builds.setCacheExport(buildId, 'failed', noteOf(error));
    }
  }
}

function noteOf(error: unknown): string {
  return error instanceof BuildFailure
    ? error.message
    : 'The cache could not be exported; the worker’s log has the details.';
}
