import type { CacheResetRecord, ReplacedCache, ReplacedCacheRepository } from '@cooperage/db';
import { cacheReference, type Digest, isDigest, type RepositoryName } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import { deleteManifests, tagged, tagsIn } from '../publish/delete-manifests.js';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';

const [waitMs, hourMs] = [1_000, 3_600_000];
const atOnce = 500;

type NextPage = (after: string | null) => ReturnType<ReplacedCacheRepository['due']>;

/** Deletes by its digest what exports have left behind when they moved a tag: no list of a registry has it. */
export class ReplacedCaches {
  constructor(
    private readonly repository: ReplacedCacheRepository,
    private readonly sessions: PublisherSessions,
    private readonly logger: Logger,
  ) {}

  /** What builds have had time to read. @throws {RegistryError} all of it can be repeated */
  async deleteDue(projectId: string, signal?: AbortSignal): Promise<HandlerResult> {
    await this.repository.forgetCurrent(projectId);
    return this.deleteUntagged(projectId, (after) => this.repository.due(projectId, { after, limit: atOnce }), signal);
  }

  deleteOfRef(projectId: string, ref: string, signal?: AbortSignal): Promise<HandlerResult> {
    return this.deleteUntagged(
      projectId,
      (after) => this.repository.ofRef(projectId, ref, { after, limit: atOnce }),
      signal,
    );
  }

  /** All from before a reset, also what builds from before have just put there. */
  deleteBefore(session: PublisherSession, reset: CacheResetRecord): Promise<void> {
    const before: NextPage = (after) => this.repository.before(reset, { after, limit: atOnce });
    return this.each(before, (rows) => this.delete(session, reset.projectId, rows, false));
  }

  deleteAll(session: PublisherSession, projectId: string): Promise<void> {
    const all: NextPage = (after) => this.repository.ofProject(projectId, { after, limit: atOnce });
    return this.each(all, (rows) => this.delete(session, projectId, rows, false));
  }

  private async deleteUntagged(projectId: string, page: NextPage, signal?: AbortSignal): Promise<HandlerResult> {
    if ((await page(null)).items.length === 0) return done;
    const work = (session: PublisherSession) => this.each(page, (rows) => this.delete(session, projectId, rows, true));
    const outcome = await this.sessions.with(projectId, work, signal);
    return outcome.ok ? done : later(Math.max(waitMs, outcome.waitMs), 'another publisher may still write');
  }

  private async each(page: NextPage, work: (rows: readonly ReplacedCache[]) => Promise<void>): Promise<void> {
    for (let after: string | null = null; ; ) {
      const { items, next } = await page(after);
      await work(items);
      if (next === null) return;
      after = next;
    }
  }

  private async delete(
    session: PublisherSession,
    projectId: string,
    rows: readonly ReplacedCache[],
    keepsTagged: boolean,
  ): Promise<void> {
    const byRepository = Map.groupBy(rows, (row) => cacheReference(projectId, { ...row, platform: '' }).repository);
    for (const [repository, each] of byRepository) {
      const standing = keepsTagged ? await standingIn(session, repository) : new Set<string>();
      // An export has put it back, and its builder has not said so yet.
      const kept = each.filter(({ digest }) => standing.has(digest));
      await this.repository.putOff(kept, hourMs);
      await this.deleteRows(
        session,
        repository,
        each.filter(({ digest }) => !standing.has(digest)),
      );
    }
  }

  private async deleteRows(
    session: PublisherSession,
    repository: RepositoryName,
    rows: readonly ReplacedCache[],
  ): Promise<void> {
    const digests = new Set(rows.map(({ digest }) => digest).filter((digest): digest is Digest => isDigest(digest)));
    const gone = await deleteManifests(session, repository, digests, this.logger);
    // A registry that deletes nothing keeps them, and they count.
    if (gone === digests.size) await this.repository.gone(rows);
    else await this.repository.putOff(rows, 24 * hourMs);
  }
}

/** What the tags of a repository point to: one for each platform. */
async function standingIn(session: PublisherSession, repository: RepositoryName): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const digests of tagged(session, repository, await tagsIn(session, repository)))
    for (const digest of digests) found.add(digest);
  return found;
}
