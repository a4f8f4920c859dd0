import { setTimeout as pause } from 'node:timers/promises';
import type { BuildProject, ImageDeletion, ImageToDelete, ScheduledImage } from '@cooperage/db';
import { isRegistryError } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';
import { deleteImage } from './delete-image.js';
import { ImagePass, type PassBounds } from './image-pass.js';
import type { OneByOne } from './one-by-one.js';

export interface ImageBounds extends PassBounds {
  /** After so much time a session begins nothing more: publications of the project wait for its end. */
  readonly sessionMs: number;
  /** Between two sessions: publishers of other processes ask again meanwhile. */
  readonly pauseMs: number;
  /** After so much time the turn ends with a session: other projects have theirs. */
  readonly turnMs: number;
}

export const imageBounds: ImageBounds = {
  mostDigests: 100_000,
  mostReadMs: 300_000,
  mostArtifactsMs: 15_000,
  sessionMs: 15_000,
  pauseMs: 1_000,
  turnMs: 300_000,
};

export interface ImagesDeleted {
  readonly deleted: number;
  /** Another publisher may still write for so long. */
  readonly waitMs: number | null;
  readonly isMore: boolean;
}

/** Which images of a project are to be deleted, and what becomes of their rows. */
export interface GoingImages extends Pick<ImageDeletion, 'due' | 'begin'> {
  /**
   * @param left what the registry still serves of it; null where nothing
   * @param isGone whether the registry has deleted the image itself
   */
  end(projectId: string, image: ImageToDelete, left: string | null, isGone: boolean): Promise<void>;
}

/** What a turn works with. */
export interface TurnParts {
  /** All images of the project: what one of them has stays. */
  readonly images: Pick<ImageDeletion, 'page' | 'artifactParts'>;
  readonly going: GoingImages;
  readonly sessions: PublisherSessions;
  readonly turn: OneByOne;
  /** Has a deletion tried again much later. */
  readonly putOff: (id: string, reason: string) => Promise<void>;
}

/** Deletes the images of one project that are due, in short sessions: what others of the project publish comes between two of them. */
export class ImageTurn {
  private deleted = 0;

  constructor(
    private readonly project: BuildProject,
    private readonly parts: TurnParts,
    private readonly bounds: ImageBounds,
    private readonly logger: Logger,
  ) {}

  async deleteDue(signal?: AbortSignal): Promise<ImagesDeleted> {
    const begun = performance.now();
    const isOver = () => performance.now() - begun > this.bounds.turnMs;
    const due = await this.parts.going.due(this.project.id);
    while (due.length > 0) {
      const pass = new ImagePass(this.project, this.parts.images, this.bounds, this.logger);
      const waitMs = await this.through(pass, due, isOver, signal);
      if (waitMs !== null) return { deleted: this.deleted, waitMs, isMore: true };
      if (isOver()) break;
    }
    // Where nothing of it could be deleted the schedule comes back to the rest.
    return { deleted: this.deleted, waitMs: null, isMore: due.length > 0 && this.deleted > 0 };
  }

  /**
   * One pass over the first of what is due, which it takes out.
   * @param isOver whether it puts back what is left, once something was deleted: the comparison is not made for nothing
   * @returns how long to wait where it got no session, else null
   */
  private async through(
    pass: ImagePass,
    due: ScheduledImage[],
    isOver: () => boolean,
    signal?: AbortSignal,
  ): Promise<number | null> {
    const deletedBefore = this.deleted;
    const open = new Set<ScheduledImage>();
    const unread = new Map<ScheduledImage, unknown>();
    for (let isBegun = false; ; isBegun = true) {
      if (isBegun) await pause(this.bounds.pauseMs, undefined, { signal });
      const outcome = await this.parts.sessions.with(
        this.project.id,
        async (session) => {
          const until = performance.now() + this.bounds.sessionMs;
          if (!isBegun) await this.fill(pass, session, due, { open, unread }, until);
          await this.part(pass, session, open, unread, until);
        },
        signal,
      );
      if (!outcome.ok) return outcome.waitMs;
      if (open.size === 0) return null;
      if (isOver() && this.deleted > deletedBefore) {
        for (const each of open) due.push(each);
        return null;
      }
    }
  }

  /** What each image has. A failure is that of the image, and comes when its deletion does. */
  private async fill(
    pass: ImagePass,
    session: PublisherSession,
    due: ScheduledImage[],
    { open, unread }: { open: Set<ScheduledImage>; unread: Map<ScheduledImage, unknown> },
    until: number,
  ): Promise<void> {
    for (let each = due.shift(); each; each = due.shift()) {
      open.add(each);
      try {
        await pass.add(session, each.digest);
      } catch (error) {
        unread.set(each, error);
        // Those behind it would only wait as long.
        if (isRegistryError(error, 'unavailable')) return;
      }
      if (pass.isFull || performance.now() >= until) return;
    }
  }

  private async part(
    pass: ImagePass,
    session: PublisherSession,
    open: Set<ScheduledImage>,
    unread: ReadonlyMap<ScheduledImage, unknown>,
    until: number,
  ): Promise<void> {
    const othersRead = await pass.read(session, until).catch((error: unknown) => ({ error }));
    if (othersRead === false) return;
    const isOver = () => performance.now() >= until;
    const work = async (due: ScheduledImage) => {
      if (unread.has(due)) throw unread.get(due);
      if (othersRead !== true) throw othersRead.error;
      await this.delete(pass, session, due);
    };
    const { turn, putOff } = this.parts;
    await turn.each(taken(open, isOver), session.signal, work, ({ id }, reason) => putOff(id, reason));
  }

  private async delete(pass: ImagePass, session: PublisherSession, { id, digest }: ScheduledImage): Promise<void> {
    const { going } = this.parts;
    const image = await going.begin(this.project.id, id);
    if (!image) return;
    const isGone = await deleteImage(session, this.project, image, pass.contentOf(digest), this.logger);
    await going.end(this.project.id, image, pass.leftOf(digest), isGone);
    pass.gone(digest);
    this.deleted += 1;
  }
}

/** Each is taken once, the first one also where the time is over. */
function* taken(open: Set<ScheduledImage>, isOver: () => boolean): Generator<ScheduledImage> {
  for (const each of open) {
    open.delete(each);
    yield each;
    if (isOver()) return;
  }
}
