import type { BuildProjectRepository, ImageDeletion, OutboxItem, RetentionDeletion } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import type { PublisherSessions } from '../publish/publisher-session.js';
import { deleteImage } from './delete-image.js';

/** Deletions of one turn: other projects' upkeep comes between two turns. */
const atOnce = 100;
const waitMs = 1_000;

/** Deletes what is due in one project: builds, logs and deliveries by their rows, images through the registry. */
export class RetentionService {
  constructor(
    private readonly projects: BuildProjectRepository,
    private readonly deletion: RetentionDeletion,
    private readonly images: ImageDeletion,
    private readonly sessions: PublisherSessions,
    private readonly logger: Logger,
  ) {}

  async handle({ subjectId: projectId }: OutboxItem): Promise<HandlerResult> {
    const project = await this.projects.find(projectId);
    // A deleted project takes all of it along.
    if (!project || project.deletedAt) return done;
    const begun = await this.deletion.begin(projectId, atOnce);
    for (const each of begun) await this.deletion.delete(each);
    let images = 0;
    if (await this.images.hasDue(projectId)) {
      // Decided within the session: whatever was published before it is seen, and nothing is published beside it.
      const outcome = await this.sessions.with(projectId, async (session) => {
        for (const image of await this.images.begin(projectId)) {
          await deleteImage(session, project, image, this.logger);
          await this.images.end(projectId, image);
          images += 1;
        }
      });
      if (!outcome.ok) return later(Math.max(waitMs, outcome.waitMs), 'another publisher may still write');
    }
    if (begun.length + images > 0)
      this.logger.info({ projectId, rows: begun.length, images }, 'retention deleted what was due');
    return begun.length === atOnce ? later(0, 'more is due') : done;
  }
}
