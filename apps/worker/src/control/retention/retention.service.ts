import type {
  BuildProject,
  BuildProjectRepository,
  ImageDeletion,
  OutboxItem,
  RetentionDeletion,
  StagedDeletion,
} from '@cooperage/db';
import { type Logger, withIds } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';
import { deleteImage } from './delete-image.js';
import { deleteStaged, lookAtStaged } from './delete-staged.js';
import { OneByOne } from './one-by-one.js';

/** Deletions of one turn: other projects' upkeep comes between two turns. */
const atOnce = 100;
const stagedAtOnce = 25;
const waitMs = 1_000;

/** What could not be deleted is tried again so much later. */
const putOffMs = 6 * 3_600_000;
/** After so many takings in a row all that is due is put off: something other than a deletion fails each time. */
const mostTries = 40;

/**
 * Deletes what is due in one project: builds, logs and deliveries by their rows, images and what was staged through the registry. What
 * cannot be deleted is put off with its reason, which the list of deletions shows.
 */
export class RetentionService {
  constructor(
    private readonly projects: BuildProjectRepository,
    private readonly deletion: RetentionDeletion,
    private readonly images: ImageDeletion,
    private readonly staged: StagedDeletion,
    private readonly sessions: PublisherSessions,
    private readonly logger: Logger,
  ) {}

  async handle(item: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const project = await this.projects.find(item.subjectId);
    // A deleted project takes all of it along.
    if (!project || project.deletedAt) return done;
    try {
      return await this.deleteDue(project, item.attempts, signal);
    } catch (error) {
      if (signal?.aborted || item.attempts < mostTries) throw error;
      this.logger.error({ err: error, projectId: project.id }, 'the deletions of a project were put off');
      return this.putOffAll(project.id, 'it could not be deleted: an error of the service');
    }
  }

  /** Where control ended over it, or its time was over, too often. */
  giveUp({ subjectId: projectId }: OutboxItem): Promise<HandlerResult> {
    return this.putOffAll(projectId, 'it could not be deleted: the deletion did not end');
  }

  private async deleteDue(project: BuildProject, attempts: number, signal?: AbortSignal): Promise<HandlerResult> {
    const { id: projectId } = project;
    const turn = new OneByOne(attempts, withIds(this.logger, { projectId }));
    const begun = await this.deletion.begin(projectId, atOnce);
    const rows = await turn.each(
      begun,
      signal,
      (each) => this.deletion.delete(each),
      (each, reason) => this.putOff(each.id, reason),
    );
    let images = 0;
    let staged = 0;
    if ((await this.images.hasDue(projectId)) || (await this.staged.hasDue(projectId))) {
      // Decided within the session: whatever was published before it is seen, and nothing is published beside it.
      const outcome = await this.sessions.with(
        projectId,
        async (session) => {
          images = await this.deleteImages(turn, session, project);
          staged = await this.deleteStaged(turn, session, project);
        },
        signal,
      );
      if (!outcome.ok) return later(Math.max(waitMs, outcome.waitMs), 'another publisher may still write');
    }
    if (rows + images + staged > 0)
      this.logger.info({ projectId, rows, images, staged }, 'retention deleted what was due');
    turn.end();
    return begun.length === atOnce || staged === stagedAtOnce ? later(0, 'more is due') : done;
  }

  private async deleteImages(turn: OneByOne, session: PublisherSession, project: BuildProject): Promise<number> {
    return turn.each(
      await this.images.begin(project.id),
      session.signal,
      async (image) => {
        await deleteImage(session, project, image, this.logger);
        await this.images.end(project.id, image);
      },
      (image, reason) => this.putOff(image.id, reason),
    );
  }

  /** @returns how many were deleted or, where they were deleted before, looked at again: the larger of both */
  private async deleteStaged(turn: OneByOne, session: PublisherSession, project: BuildProject): Promise<number> {
    const deleted = await turn.each(
      await this.staged.begin(project.id, stagedAtOnce),
      session.signal,
      async (each) => this.staged.end(each, await deleteStaged(session, project, each, this.logger)),
      (each, reason) => this.putOff(each.candidateId, reason),
    );
    const looked = await turn.each(
      await this.staged.toLookAt(project.id, stagedAtOnce),
      session.signal,
      async (each) => this.staged.looked(each, await lookAtStaged(session, project, each)),
      (each) => this.staged.lookLater(each.id, nextTry()),
    );
    return Math.max(deleted, looked);
  }

  private putOff(candidateId: string, reason: string): Promise<void> {
    return this.deletion.putOff([candidateId], `it could not be deleted: ${reason}`, nextTry());
  }

  private async putOffAll(projectId: string, message: string): Promise<HandlerResult> {
    await this.deletion.putOffAll(projectId, message, nextTry());
    return done;
  }
}

function nextTry(): Date {
  return new Date(Date.now() + putOffMs);
}
