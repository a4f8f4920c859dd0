import type { CacheSweepRepository, EvictionReason, OutboxItem, TakenCache } from '@cooperage/db';
import { type CachePlace, cacheReference, dueEvictions } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import { deleteManifests } from '../publish/delete-manifests.js';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';

const waitMs = 1_000;

/** Deletes single cache references: by what their project allows, since their ref is gone, or by a person's word. */
export class EvictCacheService {
  constructor(
    private readonly sweeps: CacheSweepRepository,
    private readonly sessions: PublisherSessions,
    private readonly logger: Logger,
  ) {}

  async handleLimits({ subjectId: projectId }: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const limits = await this.sweeps.limitsOf(projectId);
    if (!limits) return done;
    const { unused, heavy } = dueEvictions(await this.sweeps.stored(projectId), limits, new Date());
    const { unusedDays } = limits;
    const result = await this.evict(projectId, unused, { why: 'unused', unusedDays }, signal);
    return result === done ? this.evict(projectId, heavy, { why: 'budget' }, signal) : result;
  }

  async handleDeletedRef({ subjectId: deliveryId }: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const found = await this.sweeps.ofDeletedRef(deliveryId);
    return found ? this.evict(found.projectId, found.places, { why: 'ref_deleted' }, signal) : done;
  }

  /** What was written anew since it was chosen stays, and so does what the registry does not delete. */
  async handlePrune({ subjectId: pruneId }: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const found = await this.sweeps.openPrune(pruneId);
    if (!found) return done;
    const result = await this.evict(found.projectId, found.places, { why: 'pruned', causeId: pruneId }, signal);
    if (result === done) await this.sweeps.endPrune(pruneId);
    return result;
  }

  private async evict(
    projectId: string,
    places: readonly (CachePlace & Partial<TakenCache>)[],
    why: EvictionReason,
    until?: AbortSignal,
  ): Promise<HandlerResult> {
    if (places.length === 0) return done;
    const outcome = await this.sessions.with(
      projectId,
      async (session) => {
        for (const place of places)
          if (await this.delete(session, projectId, place)) await this.sweeps.evicted(projectId, place, why);
      },
      until,
    );
    return outcome.ok ? done : later(Math.max(waitMs, outcome.waitMs), 'another publisher may still write');
  }

  /** @returns whether nothing is there any more; a registry that deletes nothing keeps it */
  private async delete(
    session: PublisherSession,
    projectId: string,
    place: CachePlace & Partial<TakenCache>,
  ): Promise<boolean> {
    const { repository, tag } = cacheReference(projectId, place);
    const found = await session.registry.manifests.head(repository, tag, { signal: session.signal });
    if (found && place.digest !== undefined && found.digest !== place.digest) return false;
    return found === null || (await deleteManifests(session, repository, [found.digest], this.logger)) === 1;
  }
}
