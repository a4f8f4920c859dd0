import type { CacheSweepRepository, EvictionCause, OutboxItem } from '@cooperage/db';
import { type CachePlace, cacheReference, overBudget } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import { deleteManifests } from '../publish/delete-manifests.js';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';

const waitMs = 1_000;

/** Deletes single cache references: until the rest fits the project's budget, or since their ref is gone. */
export class EvictCacheService {
  constructor(
    private readonly sweeps: CacheSweepRepository,
    private readonly sessions: PublisherSessions,
    private readonly logger: Logger,
  ) {}

  async handleBudget({ subjectId: projectId }: OutboxItem): Promise<HandlerResult> {
    const budget = await this.sweeps.budgetOf(projectId);
    if (budget === null) return done;
    return this.evict(projectId, overBudget(await this.sweeps.stored(projectId), budget), 'budget');
  }

  async handleDeletedRef({ subjectId: deliveryId }: OutboxItem): Promise<HandlerResult> {
    const found = await this.sweeps.ofDeletedRef(deliveryId);
    return found ? this.evict(found.projectId, found.places, 'ref_deleted') : done;
  }

  private async evict(projectId: string, places: readonly CachePlace[], why: EvictionCause): Promise<HandlerResult> {
    if (places.length === 0) return done;
    const outcome = await this.sessions.with(projectId, async (session) => {
      for (const place of places)
        if (await this.delete(session, projectId, place)) await this.sweeps.evicted(projectId, place, why);
    });
    return outcome.ok ? done : later(Math.max(waitMs, outcome.waitMs), 'another publisher may still write');
  }

  /** @returns whether nothing is there any more; a registry that deletes nothing keeps it */
  private async delete(session: PublisherSession, projectId: string, place: CachePlace): Promise<boolean> {
    const { repository, tag } = cacheReference(projectId, place);
    const found = await session.registry.manifests.head(repository, tag, { signal: session.signal });
    return found === null || (await deleteManifests(session, repository, [found.digest], this.logger)) === 1;
  }
}
