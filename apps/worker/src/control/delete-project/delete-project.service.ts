import type { BuildProject, BuildProjectRepository, OutboxItem, PublishRepository } from '@cooperage/db';
import { type Digest, projectRepository } from '@cooperage/domain';
import { isRegistryError } from '@cooperage/oci';
import type { Source } from '@cooperage/source';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';

const waitMs = 1_000;

/**
 * Ends a project that a person has deleted: first its builds, then tags, referrers and images, then its rows. A build that
 * has passed the publish gate is waited for, so no tag can appear behind the deletion.
 */
export class DeleteProjectService {
  constructor(
    private readonly projects: BuildProjectRepository,
    private readonly publishes: PublishRepository,
    private readonly sessions: PublisherSessions,
    private readonly source: Source,
  ) {}

  async handle(item: OutboxItem): Promise<HandlerResult> {
    const project = await this.projects.find(item.subjectId);
    if (!project?.deletedAt) return done;
    if ((await this.projects.cancelOpenBuilds(project.id)) > 0) return later(waitMs, 'builds are still ending');
    const outcome = await this.sessions.with(project.id, (session) => this.empty(session, project));
    if (!outcome.ok) return later(Math.max(waitMs, outcome.waitMs), 'another publisher may still write');
    await this.source.remove(project);
    await this.projects.remove(project.id);
    return done;
  }

  /** Deleting a manifest removes every tag that points to it. A repository that never was lists no tags. */
  private async empty(session: PublisherSession, project: BuildProject): Promise<void> {
    const repository = projectRepository(project.organizationSlug, project.slug);
    const options = { signal: session.signal };
    const digests = new Set(await this.publishes.digestsOfProject(project.id));
    for await (const tag of session.registry.tags.list(repository, options)) {
      const found = await session.registry.manifests.find(repository, tag, options);
      if (found) digests.add(found.digest);
    }
    for (const digest of digests)
      await ignoringAbsence(session.registry.manifests.delete(repository, digest as Digest, options));
  }
}

async function ignoringAbsence(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isRegistryError(error, 'not_found')) throw error;
  }
}
