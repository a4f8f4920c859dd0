import type { BuildProject, BuildProjectRepository, OutboxItem, PublishRepository } from '@cooperage/db';
import { type Digest, projectRepository } from '@cooperage/domain';
import { isRegistryError } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';
import type { SignImage } from '../publish/sign-image.js';

type Repair = (session: PublisherSession) => Promise<void>;

/** Repairs of one publisher session: a publication of the same project waits for no more than these. */
const repairsAtOnce = 10;
/** Digests or tags that are read at once. */
const pageSize = 500;

/** Makes the registry agree with the rows: each tag where its row says, each tagged image with all its referrers. */
export class ReconcileService {
  constructor(
    private readonly projects: BuildProjectRepository,
    private readonly publishes: PublishRepository,
    private readonly sessions: PublisherSessions,
    private readonly sign: SignImage,
    private readonly logger: Logger,
  ) {}

  async handle(item: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const project = await this.projects.find(item.subjectId);
    if (!project || project.deletedAt) return done;
    for await (const repairs of this.repairsOf(project)) {
      const outcome = await this.sessions.with(
        project.id,
        async (session) => {
          for (const repair of repairs) await repair(session);
        },
        signal,
      );
      if (!outcome.ok) return later(Math.max(1_000, outcome.waitMs), 'another publisher holds the repository');
    }
    return done;
  }

  /** What one session does, again and again. */
  private async *repairsOf(project: BuildProject): AsyncGenerator<Repair[]> {
    const { id } = project;
    for await (const digests of portions((after) => this.publishes.taggedDigests(id, after, pageSize)))
      yield digests.map((digest) => (session) => this.repairReferrers(session, project, digest as Digest));
    for await (const tags of portions((after) => this.publishes.tagsOfProject(id, after, pageSize)))
      yield tags.map((tag) => (session) => this.repairTag(session, project, tag));
  }

  private async repairTag(session: PublisherSession, project: BuildProject, tag: string): Promise<void> {
    const repository = projectRepository(project.organizationSlug, project.slug);
    // Read within the session: a list from before it could move a tag back that was published meanwhile.
    const digest = await this.publishes.targetOf(project.id, tag);
    if (digest === null) return;
    const found = await this.digestOf(session, repository, tag);
    if (found === digest || (await this.digestOf(session, repository, digest)) === null) return;
    this.logger.warn({ projectId: project.id, tag, found, expected: digest }, 'a tag was repaired');
    await session.registry.tags.put(repository, tag, digest as Digest, { signal: session.signal });
  }

  private async repairReferrers(session: PublisherSession, project: BuildProject, digest: Digest): Promise<void> {
    try {
      await this.sign.repair(session, project, digest);
    } catch (error) {
      // The image itself is gone from the registry: verification says so on its page; there is nothing to attach to.
      if (!isRegistryError(error, 'not_found')) throw error;
      this.logger.error({ projectId: project.id, digest }, 'a tagged image is not in the registry any more');
    }
  }

  private async digestOf(session: PublisherSession, repository: string, reference: string): Promise<string | null> {
    return (await session.registry.manifests.find(repository, reference, { signal: session.signal }))?.digest ?? null;
  }
}

async function* portions(read: (after: string | null) => Promise<string[]>): AsyncGenerator<string[]> {
  for (let after: string | null = null; ; ) {
    const page: string[] = await read(after);
    for (let at = 0; at < page.length; at += repairsAtOnce) yield page.slice(at, at + repairsAtOnce);
    if (page.length < pageSize) return;
    after = page.at(-1)!;
  }
}
