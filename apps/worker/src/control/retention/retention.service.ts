import type {
  BuildProject,
  BuildProjectRepository,
  ImageDeletion,
  MountedDeletion,
  OutboxItem,
  RetentionDeletion,
  StagedDeletion,
} from '@cooperage/db';
import { type Logger, withIds } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';
import { deleteStaged, lookAtStaged } from './delete-staged.js';
import { Failures } from './failures.js';
import { type ImageBounds, ImageTurn, imageBounds, type TurnParts } from './image-turn.js';
import { OneByOne } from './one-by-one.js';

/** Deletions of one turn: other projects' upkeep comes between two turns. */
const atOnce = 100;
const stagedAtOnce = 25;
const waitMs = 1_000;

/** What could not be deleted is tried again so much later. */
const putOffMs = 6 * 3_600_000;
/** After so many turns in a row that failed with something other than a deletion, all that is due is put off. */
const mostTurns = 40;
/** What is counted of these turns. */
const turns = 'turns';

/**
 * Deletes what is due in one project: builds, logs and deliveries by their rows, images and what was staged through the registry. What
 * cannot be deleted is put off with its reason, which the list of deletions shows.
 */
export class RetentionService {
  /** Of each project that has something to delete. */
  private readonly failures = new Map<string, Failures>();

  constructor(
    private readonly projects: BuildProjectRepository,
    private readonly deletion: RetentionDeletion,
    private readonly images: ImageDeletion,
    private readonly staged: StagedDeletion,
    private readonly mounted: MountedDeletion,
    private readonly sessions: PublisherSessions,
    private readonly logger: Logger,
    private readonly bounds: ImageBounds = imageBounds,
  ) {}

  async handle(item: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const project = await this.projects.find(item.subjectId);
    // A deleted project takes all of it along.
    const result = !project || project.deletedAt ? done : await this.turn(project, signal);
    if (result.done) this.failures.delete(item.subjectId);
    return result;
  }

  /** Where control ended over it, or its time was over, too often. */
  async giveUp({ subjectId: projectId }: OutboxItem): Promise<HandlerResult> {
    await this.putOffAll(projectId, 'it could not be deleted: the deletion did not end');
    this.failures.delete(projectId);
    return done;
  }

  private async turn(project: BuildProject, signal?: AbortSignal): Promise<HandlerResult> {
    const { id: projectId } = project;
    const failures = this.failures.get(projectId) ?? new Failures();
    this.failures.set(projectId, failures);
    const turn = new OneByOne(failures, withIds(this.logger, { projectId }));
    try {
      const result = await this.deleteDue(project, turn, signal);
      failures.forget(turns);
      return result;
    } catch (error) {
      if (signal?.aborted) throw error;
      if (turn.hasCounted(error)) failures.forget(turns);
      else if (failures.add(turns) >= mostTurns) {
        this.logger.error({ err: error, projectId }, 'the deletions of a project were put off');
        await this.putOffAll(projectId, 'it could not be deleted: an error of the service');
        return done;
      }
      throw error;
    }
  }

  private async deleteDue(project: BuildProject, turn: OneByOne, signal?: AbortSignal): Promise<HandlerResult> {
    const { id: projectId } = project;
    const begun = await this.deletion.begin(projectId, atOnce);
    const rows = await turn.each(
      begun,
      signal,
      (each) => this.deletion.delete(each),
      (each, reason) => this.putOff(each.id, reason),
    );
    const images = await this.requested(project, turn).deleteDue(signal);
    if (images.waitMs !== null) return this.isBusy(images.waitMs);
    // Before what is staged: that counts the blobs of both until it is asked what the registry still holds.
    const mounted = await this.unpublished(project, turn).deleteDue(signal);
    if (mounted.waitMs !== null) return this.isBusy(mounted.waitMs);
    let staged = 0;
    if (await this.staged.hasDue(projectId)) {
      // Decided within the session: whatever was published before it is seen, and nothing is published beside it.
      const outcome = await this.sessions.with(
        projectId,
        async (session) => {
          staged = await this.deleteStaged(turn, session, project);
        },
        signal,
      );
      if (!outcome.ok) return this.isBusy(outcome.waitMs);
    }
    const deleted = { rows, images: images.deleted, mounted: mounted.deleted, staged };
    if (Object.values(deleted).some((count) => count > 0))
      this.logger.info({ projectId, ...deleted }, 'retention deleted what was due');
    turn.end();
    const isMore = begun.length === atOnce || images.isMore || mounted.isMore || staged === stagedAtOnce;
    return isMore ? later(0, 'more is due') : done;
  }

  /** Images whose deletion a person requested. */
  private requested(project: BuildProject, turn: OneByOne): ImageTurn {
    return this.imageTurn(project, turn, this.images, (id, reason) => this.putOff(id, reason));
  }

  /** What publications have left that ended before their gate. */
  private unpublished(project: BuildProject, turn: OneByOne): ImageTurn {
    const putOff = (digest: string) => this.mounted.lookLater(project.id, digest, nextTry());
    return this.imageTurn(project, turn, this.mounted, putOff);
  }

  private imageTurn(
    project: BuildProject,
    turn: OneByOne,
    going: TurnParts['going'],
    putOff: TurnParts['putOff'],
  ): ImageTurn {
    const { images, sessions } = this;
    return new ImageTurn(project, { images, going, sessions, turn, putOff }, this.bounds, this.logger);
  }

  private isBusy(forMs: number): HandlerResult {
    return later(Math.max(waitMs, forMs), 'another publisher may still write');
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

  private putOffAll(projectId: string, message: string): Promise<void> {
    return this.deletion.putOffAll(projectId, message, nextTry());
  }
}

function nextTry(): Date {
  return new Date(Date.now() + putOffMs);
}
