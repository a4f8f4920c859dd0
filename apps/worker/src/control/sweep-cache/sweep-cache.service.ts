import type { CacheResetRecord, CacheSweepRepository, OutboxItem } from '@cooperage/db';
import { type CachePlace, cacheReference, type Digest } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import { deleteManifests, tagged, tagsIn } from '../publish/delete-manifests.js';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';
import type { ReplacedCaches } from './replaced-caches.js';

const waitMs = 1_000;
const longestWaitMs = 30_000;

/** After a reset: deletes from the registry what no build can find any more. */
export class SweepCacheService {
  constructor(
    private readonly sweeps: CacheSweepRepository,
    private readonly sessions: PublisherSessions,
    private readonly replaced: Pick<ReplacedCaches, 'deleteBefore'>,
    private readonly logger: Logger,
  ) {}

  async handle({ subjectId: resetId, attempts }: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const reset = await this.sweeps.openReset(resetId);
    if (!reset) return done;
    // Counted first: a build that ends meanwhile is swept the next time.
    const writers = await this.sweeps.writersBefore(reset);
    const outcome = await this.sessions.with(reset.projectId, (session) => this.sweep(session, reset), signal);
    if (!outcome.ok) return later(Math.max(waitMs, outcome.waitMs), 'another publisher may still write');
    // They may still leave their caches, which nobody reads any more. Most are at it already, some wait for hours.
    if (writers > 0)
      return later(Math.min(longestWaitMs, waitMs * attempts), 'builds from before the reset are still open');
    await this.sweeps.swept(reset);
    return done;
  }

  private async sweep(session: PublisherSession, reset: CacheResetRecord): Promise<void> {
    const { projectId } = reset;
    const places = await this.sweeps.placesBefore(reset);
    const repositories = Map.groupBy(places, (place) => cacheReference(projectId, place).repository);
    for (const [repository, each] of repositories) await this.empty(session, reset, repository, each);
    await this.replaced.deleteBefore(session, reset);
  }

  private async empty(
    session: PublisherSession,
    { projectId, id: causeId }: CacheResetRecord,
    repository: string,
    places: readonly CachePlace[],
  ): Promise<void> {
    let [found, gone] = [0, 0];
    const deleted: Digest[] = [];
    for await (const digests of tagged(session, repository, await tagsIn(session, repository))) {
      found += digests.length;
      gone += await deleteManifests(session, repository, digests, this.logger);
      deleted.push(...digests);
    }
    if (found === 0 || gone < found) return;
    for (const place of places) await this.sweeps.evicted(projectId, place, { why: 'reset', causeId }, deleted);
  }
}
