import type { BuildRepository, OutboxItem, RegistryTokenRepository } from '@cooperage/db';
import type { JobSender } from '@cooperage/queue';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import type { AttemptTokens } from '../tokens/attempt-tokens.js';

const againMs = 60_000;
const tries = 5;

/** After success: hands the export of a build's cache to a builder, again while nobody has done it, a few times. */
export class ExportCacheJobService {
  constructor(
    private readonly builds: BuildRepository,
    private readonly needs: RegistryTokenRepository,
    private readonly tokens: AttemptTokens,
    private readonly jobs: JobSender,
  ) {}

  async handle(item: OutboxItem): Promise<HandlerResult> {
    const build = await this.builds.find(item.subjectId);
    if (build?.cacheExport !== 'pending') return done;
    const need = await this.needs.needOfBuild(build.id);
    if (!need || item.attempts > tries) {
      await this.builds.setCacheExport(build.id, 'failed', 'No builder exported the cache in time.');
      return done;
    }
    await this.tokens.give(need);
    await this.jobs.send('export-cache', `c-${build.id}-${item.attempts}`, { buildId: build.id });
    return later(againMs, 'waiting for the export');
  }
}
