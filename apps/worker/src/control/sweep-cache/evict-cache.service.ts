import {
  type CacheSweepRepository,
  type DueCacheRepository,
  type EvictionReason,
  type OutboxItem,
  type TakenCache,
} from '@cooperage/db';
import { type CachePlace, cacheReference } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import { deleteManifests } from '../publish/delete-manifests.js';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';

const waitMs = 1_000;

/** References that are read at once. */
const mostAtOnce = 500;

interface Evicted {
  readonly result: HandlerResult;
  readonly gone: number;
}

/** Deletes single cache references: by what their project allows, since their ref is gone, or by a person's word. */
export class EvictCacheService {
  constructor(
    private readonly sweeps: CacheSweepRepository,
    private readonly due: DueCacheRepository,
    private readonly sessions: PublisherSessions,
    private readonly logger: Logger,
  ) {}

  async handleLimits({ subjectId: projectId }: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const limits = await this.due.limitsOf(projectId);
    if (!limits) return done;
    const { unusedDays, budgetBytes } = limits;
    const result = unusedDays === null ? done : await this.evictUnused(projectId, unusedDays, signal);
    return result === done && budgetBytes !== null ? this.evictHeavy(projectId, budgetBytes, signal) : result;
  }

  private async evictUnused(projectId: string, unusedDays: number, signal?: AbortSignal): Promise<HandlerResult> {
    for (let after: string | null = null; ; ) {
      const { items, next } = await this.due.unused(projectId, unusedDays, { after, limit: mostAtOnce });
      const { result } = await this.evict(projectId, items, { why: 'unused', unusedDays }, signal);
      if (result !== done || next === null) return result;
      after = next;
    }
  }

  private async evictHeavy(projectId: string, budgetBytes: number, signal?: AbortSignal): Promise<HandlerResult> {
    for (;;) {
      const { places, isPart, isWeighed } = await this.due.heavy(projectId, budgetBytes);
      if (!isWeighed)
        this.logger.warn({ projectId }, 'a project has too many caches to weigh them, the first of them go');
      const { result, gone } = await this.evict(projectId, places, { why: 'budget' }, signal);
      // A registry that deletes nothing would be asked for the same without end.
      if (result !== done || !isPart || gone === 0) return result;
    }
  }

  async handleDeletedRef({ subjectId: deliveryId }: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const found = await this.sweeps.ofDeletedRef(deliveryId);
    return found ? (await this.evict(found.projectId, found.places, { why: 'ref_deleted' }, signal)).result : done;
  }

  /** What was written anew since it was chosen stays, and so does what the registry does not delete. */
  async handlePrune({ subjectId: pruneId }: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const found = await this.sweeps.openPrune(pruneId);
    if (!found) return done;
    const { result } = await this.evict(found.projectId, found.places, { why: 'pruned', causeId: pruneId }, signal);
    if (result === done) await this.sweeps.endPrune(pruneId);
    return result;
  }

  /**
   * A cache whose weight nobody can know: a budget and a quota would not see it.
   * @returns whether it is gone; a registry that deletes nothing keeps it
   */
  async evictUnreadable(projectId: string, place: TakenCache, signal?: AbortSignal): Promise<Evicted> {
    return this.evict(projectId, [place], { why: 'unreadable' }, signal);
  }

  /** @returns also how many are gone */
  private async evict(
    projectId: string,
    places: readonly (CachePlace & Partial<TakenCache>)[],
    why: EvictionReason,
    until?: AbortSignal,
  ): Promise<Evicted> {
    let gone = 0;
    if (places.length === 0) return { result: done, gone };
    const outcome = await this.sessions.with(
      projectId,
      async (session) => {
        for (const place of places) {
          if (!(await this.delete(session, projectId, place))) continue;
          await this.sweeps.evicted(projectId, place, why);
          gone++;
        }
      },
      until,
    );
    const result = outcome.ok ? done : later(Math.max(waitMs, outcome.waitMs), 'another publisher may still write');
    return { result, gone };
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
