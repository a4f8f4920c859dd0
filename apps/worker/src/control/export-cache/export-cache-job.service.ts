import type { BuildNotes, OutboxItem, RegistryTokenRepository } from '@cooperage/db';
import type { JobSender } from '@cooperage/queue';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import type { AttemptTokens } from '../tokens/attempt-tokens.js';
import type { CacheQuota } from './cache-quota.js';
import type { MeasureCache } from './measure-cache.js';

const againMs = 60_000;
/** Longer than a builder may take for an export, so that the builder's own word on it comes first. */
const patienceMs = 15 * 60_000;
/** Longer than a registry token of an attempt is good. */
const tokenDeadMs = 10 * 60_000;

/**
 * After success: hands the export of a build's cache to a builder, and keeps its registry token fresh meanwhile. The job's
 * id stays the same, so it is added again only where the queue has lost it; it ends when nobody has done it in time.
 */
export class ExportCacheJobService {
  constructor(
    private readonly notes: BuildNotes,
    private readonly needs: RegistryTokenRepository,
    private readonly tokens: AttemptTokens,
    private readonly jobs: JobSender,
    private readonly quota: CacheQuota,
    private readonly measure: Pick<MeasureCache, 'of' | 'before'>,
  ) {}

  async handle({ subjectId: buildId, ageMs, attempts }: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const need = await this.needs.needOfExport(buildId);
    if (!need) return this.measure.of(buildId, signal);
    if (ageMs > patienceMs) {
      await this.notes.endCacheExport(buildId, 'failed', 'No builder exported the cache in time.');
      // It may write all the same, while its last token is good: then that is to be measured.
      return later(tokenDeadMs, 'waiting for what may have been exported');
    }
    // Later a builder may be at it already, and what it writes has to be counted.
    const full = attempts === 1 ? await this.quota.full(need.organizationId) : null;
    if (full !== null) {
      await this.notes.endCacheExport(buildId, 'none', full);
      return done;
    }
    await this.measure.before(buildId, signal);
    await this.tokens.giveForExport(need);
    // The results are where it was built and nowhere else.
    const { lane, worker } = need;
    await this.jobs.send('export-cache', { lane, worker }, `c-${buildId}`, { buildId });
    return later(againMs, 'waiting for the export');
  }
}
