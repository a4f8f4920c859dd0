import {
  type CacheSweepRepository,
  type DueCacheRepository,
  type EvictionReason,
  isDatabaseOutage,
  type OutboxItem,
  type TakenCache,
} from '@cooperage/db';
import { type CachePlace, cacheReference, type Digest } from '@cooperage/domain';
import { isRegistryError, type RegistryError } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import { deleteManifests } from '../publish/delete-manifests.js';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';
import type { ReplacedCaches } from './replaced-caches.js';

const waitMs = 1_000;

/** References that are read at once. */
const mostAtOnce = 500;

/** So many references in a row may fail before the rest is left for the next try. */
const mostInARow = 10;
/** Tries of a prune that fails: some twenty minutes. Meanwhile no other one of its project begins. */
const mostPruneTries = 30;

interface Evicted {
  readonly result: HandlerResult;
  readonly gone: number;
  /** The first error of the registry that was passed over. */
  readonly failure?: RegistryError | undefined;
}

/** Deletes single cache references: by what their project allows, since their ref is gone, or by a person's word. */
export class EvictCacheService {
  constructor(
    private readonly sweeps: CacheSweepRepository,
    private readonly due: DueCacheRepository,
    private readonly sessions: PublisherSessions,
    private readonly replaced: Pick<ReplacedCaches, 'deleteDue' | 'deleteOfRef'>,
    private readonly logger: Logger,
  ) {}

  async handleLimits({ subjectId: projectId }: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const limits = await this.due.limitsOf(projectId);
    if (!limits) return done;
    const { unusedDays, budgetBytes } = limits;
    let result = unusedDays === null ? done : await this.evictUnused(projectId, unusedDays, signal);
    if (result === done && budgetBytes !== null) result = await this.evictHeavy(projectId, budgetBytes, signal);
    // Last: it lists the tags of a repository, and one that cannot be listed keeps age and budget from nothing.
    return result === done ? this.replaced.deleteDue(projectId, signal) : result;
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
    if (!found) return done;
    const { result } = await this.evict(found.projectId, found.places, { why: 'ref_deleted' }, signal);
    return result === done ? this.replaced.deleteOfRef(found.projectId, found.ref, signal) : result;
  }

  /**
   * What was written anew since it was chosen stays, and so does what the registry does not delete. A prune that fails each time ends
   * with what it did: others of the project wait for it.
   */
  async handlePrune(item: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    try {
      return await this.prune(item.subjectId, signal);
    } catch (error) {
      const isOutage = !isRegistryError(error) && isDatabaseOutage(error);
      if (signal?.aborted || isOutage || item.failures + 1 < mostPruneTries) throw error;
      this.logger.error({ err: error, pruneId: item.subjectId }, 'a prune ended without all that it was to delete');
      return this.endPrune(item);
    }
  }

  /** Where control ended over it, or its time was over, too often. */
  async endPrune({ subjectId: pruneId }: Pick<OutboxItem, 'subjectId'>): Promise<HandlerResult> {
    await this.sweeps.endPrune(pruneId);
    return done;
  }

  private async prune(pruneId: string, signal?: AbortSignal): Promise<HandlerResult> {
    const found = await this.sweeps.openPrune(pruneId);
    if (!found) return done;
    const why = { why: 'pruned', causeId: pruneId } as const;
    const { result, failure } = await this.evict(found.projectId, found.places, why, signal, mostInARow);
    if (failure) throw failure;
    return result === done ? this.endPrune({ subjectId: pruneId }) : result;
  }

  /**
   * A cache whose weight nobody can know: a budget and a quota would not see it.
   * @param keepsOthers whether an entry stays that names another manifest: builds find that one by its digest
   * @returns whether it is gone; a registry that deletes nothing keeps it
   */
  async evictUnreadable(
    projectId: string,
    place: TakenCache,
    keepsOthers: boolean,
    signal?: AbortSignal,
  ): Promise<Evicted> {
    return this.evict(projectId, [place], { why: 'unreadable', keepsOthers }, signal);
  }

  /**
   * @param mostFailing for so many references in a row the registry may answer with an error: it is noted, and the next one is tried
   * @returns also how many are gone
   */
  private async evict(
    projectId: string,
    places: readonly (CachePlace & Partial<TakenCache>)[],
    why: EvictionReason,
    until?: AbortSignal,
    mostFailing = 0,
  ): Promise<Evicted> {
    let [gone, inARow] = [0, 0];
    let failure: RegistryError | undefined;
    if (places.length === 0) return { result: done, gone };
    const outcome = await this.sessions.with(
      projectId,
      async (session) => {
        for (const place of places) {
          let deleted: readonly Digest[] | null;
          try {
            deleted = await this.delete(session, projectId, place);
            inARow = 0;
            if (!deleted) continue;
          } catch (error) {
            if (!isOfOne(error) || session.signal.aborted || ++inARow > mostFailing) throw error;
            this.logger.warn({ err: error, projectId, ...place }, 'a cache could not be deleted');
            failure ??= error;
            continue;
          }
          await this.sweeps.evicted(projectId, place, why, deleted);
          gone++;
        }
      },
      until,
    );
    const result = outcome.ok ? done : later(Math.max(waitMs, outcome.waitMs), 'another publisher may still write');
    return { result, gone, failure };
  }

  /** @returns what was deleted, so that nothing is there any more; null where it stays, as in a registry that deletes nothing */
  private async delete(
    session: PublisherSession,
    projectId: string,
    place: CachePlace & Partial<TakenCache>,
  ): Promise<readonly Digest[] | null> {
    const { repository, tag } = cacheReference(projectId, place);
    const found = await session.registry.manifests.head(repository, tag, { signal: session.signal });
    if (found && place.digest !== undefined && found.digest !== place.digest) return null;
    const digests = found ? [found.digest] : [];
    return (await deleteManifests(session, repository, digests, this.logger)) === digests.length ? digests : null;
  }
}

/** Whether a registry has answered: where none does, those behind would only wait as long. */
function isOfOne(error: unknown): error is RegistryError {
  return isRegistryError(error) && (error.kind !== 'unavailable' || error.status !== undefined);
}
