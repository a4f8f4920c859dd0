import { type Digest, publishedAgain, type Zone } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { keepTags } from '../image/kept-tag-repository.js';
import { newId } from '../new-id.js';
import type { ProjectPlace } from '../project/rule-repository.js';
import { type ArtifactPart, artifactParts } from '../signing/artifact-parts.js';
import { referrerDigests } from '../signing/referrer-digests.js';
import { deleteInPortions } from './delete-in-portions.js';
import { digestOfTags, type ImageDeletionPreview, previewIn } from './image-deletion-preview.js';
import { publicationsOf } from './image-publications.js';
import { type RetentionRecord, toRetentionRecord, withProject } from './retention-record.js';

export interface ImageDeletionRequest {
  readonly digest: Digest;
  /** The tags that go with it, as the person saw them: the first ones, and the digest of all where there are more. */
  readonly tags: readonly string[];
  readonly tagsDigest?: string | null;
  readonly comment: string;
  readonly graceDays: number;
}

/** An image whose deletion is due. */
export interface ImageToDelete {
  readonly id: string;
  readonly digest: Digest;
  /** Zones of the builds that made it: each has a staging repository. */
  readonly zones: readonly Zone[];
  /** Manifests of its signatures and attestations. */
  readonly artifacts: readonly Digest[];
  /** The only ones of its manifests that go; all where this is absent. */
  readonly manifests?: readonly Digest[];
}

/** A deletion of an image that is due. */
export interface ScheduledImage {
  readonly id: string;
  readonly digest: Digest;
}

/** An image of a project, and where it stands among them. */
export interface ImagePlace {
  readonly id: string;
  readonly digest: Digest;
}

type HeldDeletion = Pick<RetentionRecord, 'id' | 'projectId' | 'subject'>;

/** What every build that makes the bytes of an image again adds to it, and how many rows of each go at once. */
const tables = [
  ['signature_artifact', 50],
  ['image_verification', 200],
] as const;

/** Deletes images with their tags, signatures and attestations, when a person requested it. */
export class ImageDeletion {
  constructor(private readonly db: Database) {}

  /** Null if the project has no such image. */
  preview(projectId: string, digest: string): Promise<ImageDeletionPreview | null> {
    return previewIn(this.db.prisma, projectId, digest);
  }

  /**
   * Schedules the deletion. `stale` if the image has other tags than the person saw, `too_late` if a deletion of it has
   * begun; null if the project or image does not exist.
   */
  async schedule(
    { projectId, organizationId }: ProjectPlace,
    { digest, tags, tagsDigest = null, comment, graceDays }: ImageDeletionRequest,
    actor: Actor,
  ): Promise<RetentionRecord | 'stale' | 'too_late' | null> {
    const scheduling = this.db.transaction<RetentionRecord | 'stale' | 'too_late' | null>(async (tx) => {
      const project = await tx.project.findFirst({ where: { id: projectId, deletedAt: null }, select: { id: true } });
      const found = project && (await previewIn(tx, projectId, digest));
      if (!found) return null;
      const isSame = found.tags.join('\n') === [...tags].toSorted().join('\n') && found.tagsDigest === tagsDigest;
      if (!isSame) return 'stale';
      const key = { projectId_kind_subject: { projectId, kind: 'image', subject: digest } };
      const data = {
        ...{
          label: digest,
          reason: 'requested',
          state: 'scheduled',
          bytes: found.bytes,
          tags: [...found.tags],
          comment,
        },
        ...{ requestedBy: actor.name, message: null, createdAt: new Date(), finishedAt: null },
        deleteAfter: new Date(Date.now() + graceDays * 86_400_000),
      };
      const open = await tx.retentionCandidate.findUnique({ where: key, select: { state: true } });
      if (open?.state === 'deleting') return 'too_late';
      const row = await tx.retentionCandidate.upsert({
        where: key,
        create: { ...data, id: newId(), projectId, kind: 'image', subject: digest },
        update: { ...data, id: newId() },
        include: withProject,
      });
      const { tagsLeftOut } = found;
      if (tagsDigest !== null) await holdAllTags(tx, row, tagsDigest);
      await writeAudit(tx, actor, {
        ...{ organizationId, projectId, action: 'image.delete', subjectKind: 'image', subjectId: digest },
        before: {
          ...{ tags: found.tags, ...(tagsLeftOut > 0 && { tagsLeftOut }) },
          artifacts: found.artifacts,
        },
        after: { deleteAfter: data.deleteAfter.toISOString(), comment },
      });
      return { ...toRetentionRecord(row), tagsLeftOut };
    });
    return scheduling.catch((error) => {
      if (error instanceof OtherTags) return 'stale';
      throw error;
    });
  }

  /** Deletions of a project's images that are due. */
  async due(projectId: string): Promise<ScheduledImage[]> {
    const rows = await this.db.prisma.retentionCandidate.findMany({
      where: dueImages(projectId),
      select: { id: true, subject: true },
      orderBy: { id: 'asc' },
    });
    return rows.map(({ id, subject }) => ({ id, digest: subject as Digest }));
  }

  /**
   * Begins one of them. An image that has got another tag, or that a build has published again since, is kept; one whose bytes an
   * open build has made waits: null.
   */
  async begin(projectId: string, id: string): Promise<ImageToDelete | null> {
    const begun = await this.db.transaction(async (tx) => {
      const candidate = await tx.retentionCandidate.findFirst({
        where: { ...dueImages(projectId), id },
        select: { subject: true, createdAt: true },
      });
      if (!candidate) return null;
      const { subject, createdAt } = candidate;
      const { isOpen, zones } = await publicationsOf(tx, projectId, subject, createdAt);
      if (isOpen) return null;
      const again = publishedAgain(zones);
      const [fresh] = await tx.$queryRaw<{ tag: string }[]>`
        SELECT tag FROM image_tag WHERE project_id = ${projectId}::uuid AND digest = ${subject}
        EXCEPT SELECT unnest(tags) FROM retention_candidate WHERE id = ${id}::uuid LIMIT 1`;
      const message =
        again !== null ? `build #${again} published it again` : fresh ? `the tag ${fresh.tag} points to it now` : null;
      const state = message === null ? 'deleting' : 'kept';
      const where = { id, state: { in: ['scheduled', 'deleting'] } };
      const data = { state, message, ...(message !== null && { finishedAt: new Date() }) };
      const { count } = await tx.retentionCandidate.updateMany({ where, data });
      if (count === 0 || message !== null) return null;
      return { id, digest: subject as Digest, zones: zones.map(({ zone }) => zone) };
    });
    return begun && { ...begun, artifacts: await referrerDigests(this.db, projectId, begun.digest) };
  }

  /** The project's images in the order in which they were published first. @param after the last one before the page; null for the first */
  async page(projectId: string, after: string | null, limit: number): Promise<ImagePlace[]> {
    const rows = await this.db.prisma.image.findMany({
      where: { projectId, ...(after !== null && { id: { gt: after } }) },
      select: { id: true, digest: true },
      orderBy: { id: 'asc' },
      take: limit,
    });
    return rows.map(({ id, digest }) => ({ id, digest: digest as Digest }));
  }

  /** Manifests and blobs of the signatures and attestations of some images of the project, a digest perhaps several times. */
  artifactParts(projectId: string, images: readonly Digest[]): AsyncIterable<ArtifactPart> {
    return artifactParts(this.db, projectId, images);
  }

  /**
   * The registry has deleted it: so go its rows. Its tag moves stay, they are history, and its tags stay with their protected refs.
   * @param message what of it is left, for people; null where nothing is
   */
  async end(projectId: string, { id, digest }: ImageToDelete, message: string | null = null): Promise<void> {
    const ofImage = Prisma.sql`project_id = ${projectId}::uuid AND digest = ${digest}`;
    const data = { state: 'deleted', message, finishedAt: new Date() };
    for (const [table, atOnce] of tables) await deleteInPortions(this.db, table, ofImage, atOnce);
    await this.db.transaction(async (tx) => {
      await keepTags(tx, projectId, digest);
      await tx.imageTag.deleteMany({ where: { projectId, digest } });
      await tx.image.deleteMany({ where: { projectId, digest } });
      await tx.retentionCandidate.updateMany({ where: { id }, data });
    });
  }
}

const dueImages = (projectId: string) => ({
  ...{ projectId, kind: 'image', state: { in: ['scheduled', 'deleting'] } },
  deleteAfter: { lte: new Date() },
});

class OtherTags extends Error {}

/**
 * Writes down every tag of the image, also those that are shown to nobody: `begin` looks for tags that came later.
 * @throws {OtherTags} if they are others by now
 */
async function holdAllTags(tx: Queryable, { id, projectId, subject }: HeldDeletion, digest: string): Promise<void> {
  const held = await tx.$executeRaw`
    UPDATE retention_candidate SET tags = t.tags FROM (
      SELECT array_agg(tag ORDER BY tag) AS tags, ${digestOfTags} AS digest FROM image_tag WHERE project_id = ${projectId}::uuid AND digest = ${subject}
    ) t WHERE id = ${id}::uuid AND t.digest = ${digest}`;
  if (held === 0) throw new OtherTags();
}
