import type {
  BuildProject,
  BuildProjectRepository,
  ImageDeletion,
  OutboxItem,
  RetentionDeletion,
  StagedDeletion,
} from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';
import { deleteImage } from './delete-image.js';
import { deleteStaged, lookAtStaged } from './delete-staged.js';

/** Deletions of one turn: other projects' upkeep comes between two turns. */
const atOnce = 100;
const stagedAtOnce = 25;
const waitMs = 1_000;

/** Deletes what is due in one project: builds, logs and deliveries by their rows, images and what was staged through the registry. */
export class RetentionService {
  constructor(
    private readonly projects: BuildProjectRepository,
    private readonly deletion: RetentionDeletion,
    private readonly images: ImageDeletion,
    private readonly staged: StagedDeletion,
    private readonly sessions: PublisherSessions,
    private readonly logger: Logger,
  ) {}

  async handle({ subjectId: projectId }: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const project = await this.projects.find(projectId);
    // A deleted project takes all of it along.
    if (!project || project.deletedAt) return done;
    const begun = await this.deletion.begin(projectId, atOnce);
    for (const each of begun) await this.deletion.delete(each);
    let images = 0;
    let staged = 0;
    if ((await this.images.hasDue(projectId)) || (await this.staged.hasDue(projectId))) {
      // Decided within the session: whatever was published before it is seen, and nothing is published beside it.
      const outcome = await this.sessions.with(
        projectId,
        async (session) => {
          for (const image of await this.images.begin(projectId)) {
            await deleteImage(session, project, image, this.logger);
            await this.images.end(projectId, image);
            images += 1;
          }
          staged = await this.deleteStaged(session, project);
        },
        signal,
      );
      if (!outcome.ok) return later(Math.max(waitMs, outcome.waitMs), 'another publisher may still write');
    }
    if (begun.length + images + staged > 0)
      this.logger.info({ projectId, rows: begun.length, images, staged }, 'retention deleted what was due');
    return begun.length === atOnce || staged === stagedAtOnce ? later(0, 'more is due') : done;
  }

  /** @returns how many were deleted or, where they were deleted before, looked at again: the larger of both */
  private async deleteStaged(session: PublisherSession, project: BuildProject): Promise<number> {
    const begun = await this.staged.begin(project.id, stagedAtOnce);
    for (const each of begun) await this.staged.end(each, await deleteStaged(session, project, each, this.logger));
    const old = await this.staged.toLookAt(project.id, stagedAtOnce);
    for (const each of old) await this.staged.looked(each, await lookAtStaged(session, project, each));
    return Math.max(begun.length, old.length);
  }
}
