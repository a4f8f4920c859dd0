import type { Digest } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { referrerDigests } from '../signing/referrer-digests.js';
import { deleteInPortions } from './delete-in-portions.js';
import type { ImageToDelete, ScheduledImage } from './image-deletion.js';

/** @internal From a try to publish an image until it may be deleted again, as for what is staged: 15 minutes and an hour. */
export const mountedForMs = 75 * 60_000;
/** Until a registry that deletes nothing is asked again. */
const lookAgainMs = 6 * 3_600_000;
/** Looked at in one turn. */
const mostAtOnce = 1_000;
/** Artifacts that one statement deletes: each may have some MiB. */
const artifactsAtOnce = 50;

/** Over `mounted_image m`: no build that is open can publish it. */
const isLeftover = Prisma.sql`(
  NOT EXISTS (SELECT 1 FROM build b WHERE b.id = m.build_id AND b.project_id = m.project_id AND b.finished_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM build b WHERE b.project_id = m.project_id AND b.digest = m.digest AND b.finished_at IS NULL))`;

/**
 * What publications have left in the project's own repository that ended before their gate. It is deleted as an image is, and its note
 * goes with it. Called within the project's publisher session, except `due`: nothing is published beside it.
 */
export class MountedDeletion {
  constructor(private readonly db: Database) {}

  /** What is to be looked at, by its digest. */
  async due(projectId: string): Promise<ScheduledImage[]> {
    const rows = await this.db.prisma.mountedImage.findMany({
      ...{ where: { projectId, lookAt: { lte: new Date() } }, select: { digest: true } },
      ...{ orderBy: { lookAt: 'asc' }, take: mostAtOnce },
    });
    return rows.map(({ digest }) => ({ id: digest, digest: digest as Digest }));
  }

  /** Null where a build may publish it yet, or one has. Only those of its manifests go that control has put there. */
  async begin(projectId: string, digest: string): Promise<ImageToDelete | null> {
    const [found] = await this.db.prisma.$queryRaw<{ isImage: boolean; isLeftover: boolean; manifests: Digest[] }[]>`
      SELECT EXISTS (SELECT 1 FROM image i WHERE i.project_id = m.project_id AND i.digest = m.digest) AS "isImage",
        ${isLeftover} AS "isLeftover", m.manifests
      FROM mounted_image m WHERE m.project_id = ${projectId}::uuid AND m.digest = ${digest} AND m.look_at <= now()`;
    if (!found) return null;
    if (found.isImage) {
      // A control of an earlier release has published it: its gate takes no note away.
      await this.forget(projectId, digest);
      return null;
    }
    if (!found.isLeftover) {
      await this.lookLater(projectId, digest, new Date(Date.now() + mountedForMs));
      return null;
    }
    const artifacts = await referrerDigests(this.db, projectId, digest);
    // A later build signs anew. Else it would push these bytes again, and who has read them could have them noted before as an image.
    const ofImage = Prisma.sql`project_id = ${projectId}::uuid AND digest = ${digest}`;
    await deleteInPortions(this.db, 'signature_artifact', ofImage, artifactsAtOnce);
    return { id: digest, digest: digest as Digest, zones: [], artifacts, manifests: found.manifests };
  }

  /** @param isGone whether the registry has deleted it: else it counts on */
  async end(projectId: string, { digest }: ImageToDelete, _left: string | null, isGone: boolean): Promise<void> {
    if (isGone) await this.forget(projectId, digest);
    else await this.lookLater(projectId, digest, new Date(Date.now() + lookAgainMs));
  }

  async lookLater(projectId: string, digest: string, lookAt: Date): Promise<void> {
    await this.db.prisma.mountedImage.updateMany({ where: { projectId, digest }, data: { lookAt } });
  }

  /** Not a note that a later publication has made its own. */
  private async forget(projectId: string, digest: string): Promise<void> {
    await this.db.prisma.mountedImage.deleteMany({ where: { projectId, digest, lookAt: { lte: new Date() } } });
  }
}
