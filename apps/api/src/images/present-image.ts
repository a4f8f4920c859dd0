import type { FoundImage, ImageSummary, Tag, TagMove } from '@cooperage/contracts';
import type { FoundImageRecord, ImageRecord, TagMoveRecord, TagRecord } from '@cooperage/db';

export function presentSummary(image: ImageRecord): ImageSummary {
  const { id: _, ...fields } = image;
  return {
    ...fields,
    platforms: [...image.platforms],
    tags: [...image.tags],
    verifiedAt: image.verifiedAt?.toISOString() ?? null,
    createdAt: image.createdAt.toISOString(),
  };
}

export function presentFoundImage({ organizationSlug, projectSlug, ...image }: FoundImageRecord): FoundImage {
  return { ...presentSummary(image), organizationSlug, projectSlug };
}

export function presentTag(tag: TagRecord): Tag {
  return { ...tag, movedAt: tag.movedAt.toISOString() };
}

export function presentMove(move: TagMoveRecord): TagMove {
  const { tag, fromDigest, toDigest, buildNumber, movedBy, at } = move;
  return { tag, from: fromDigest, to: toDigest, buildNumber, movedBy, at: at.toISOString() };
}
