import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { mostTagsOfDeletion } from './retention-record.js';

/** What goes with an image. */
export interface ImageDeletionPreview {
  /** The first ones by name, at most 1,000. */
  readonly tags: readonly string[];
  readonly tagsLeftOut: number;
  /** SHA-256 of all tags, those that are left out among them; null where `tags` are all. */
  readonly tagsDigest: string | null;
  /** Signatures and attestations of every build that made these bytes. */
  readonly artifacts: number;
  readonly bytes: number;
}

/** @internal SHA-256 of all tags that a statement reads, in an order that no locale changes. */
export const digestOfTags = Prisma.sql`encode(sha256(convert_to(string_agg(tag, chr(10) ORDER BY tag COLLATE "C"), 'UTF8')), 'hex')`;

/** @internal */
export async function previewIn(
  db: Queryable,
  projectId: string,
  digest: string,
): Promise<ImageDeletionPreview | null> {
  const where = { projectId, digest };
  const image = await db.image.findUnique({ where: { projectId_digest: where }, select: { sizeBytes: true } });
  if (!image) return null;
  const tags = await db.imageTag.findMany({
    where,
    select: { tag: true },
    orderBy: { tag: 'asc' },
    take: mostTagsOfDeletion,
  });
  const all = tags.length < mostTagsOfDeletion ? null : await allTags(db, where);
  const artifacts = await db.signatureArtifact.count({ where });
  const names = tags.map(({ tag }) => tag).toSorted();
  const tagsLeftOut = all === null ? 0 : all.count - names.length;
  const tagsDigest = all === null || tagsLeftOut === 0 ? null : all.digest;
  return { tags: names, tagsLeftOut, tagsDigest, artifacts, bytes: Number(image.sizeBytes) };
}

async function allTags(
  db: Queryable,
  { projectId, digest }: { readonly projectId: string; readonly digest: string },
): Promise<{ readonly count: number; readonly digest: string | null }> {
  const [all] = await db.$queryRaw<{ count: number; digest: string | null }[]>`
    SELECT count(*)::int AS count, ${digestOfTags} AS digest FROM image_tag
    WHERE project_id = ${projectId}::uuid AND digest = ${digest}`;
  return all!;
}
