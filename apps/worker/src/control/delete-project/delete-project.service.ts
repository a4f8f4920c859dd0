import type { BuildProject, BuildProjectRepository, OutboxItem, ProjectRemoval } from '@cooperage/db';
import type { Source } from '@cooperage/source';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import type { PublisherSessions } from '../publish/publisher-session.js';
import type { EmptyRepositories } from './empty-repositories.js';

const waitMs = 1_000;

/**
 * Ends a project that a person has deleted: first its builds, then what it has in the registry, then its rows. A build
 * that has passed the publish gate is waited for, so no tag can appear behind the deletion.
 */
export class DeleteProjectService {
  constructor(
    private readonly projects: BuildProjectRepository,
    private readonly removal: ProjectRemoval,
    private readonly sessions: PublisherSessions,
    private readonly repositories: EmptyRepositories,
    private readonly source: Source,
  ) {}

  async handle(item: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const project = await this.projects.find(item.subjectId);
    if (!project?.deletedAt) return done;
    if ((await this.removal.cancelOpenBuilds(project.id)) > 0) return later(waitMs, 'builds are still ending');
    const outcome = await this.sessions.with(
      project.id,
      (session) => this.repositories.empty(session, project),
      signal,
    );
    if (!outcome.ok) return later(Math.max(waitMs, outcome.waitMs), 'another publisher may still write');
    await this.removeRest(project);
    return done;
  }

  private async removeRest(project: BuildProject): Promise<void> {
    await this.source.remove(project);
    await this.removal.removeRows(project.id);
  }
}
