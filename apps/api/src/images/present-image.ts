import {
  type BaseImageView,
  baseProblems,
  type FoundImage,
  type ImageSummary,
  type Tag,
  type TagMove,
  type TagUseView,
} from '@cooperage/contracts';
import type { BaseFact, FoundImageRecord, ImageRecord, TagMoveRecord, TagRecord, TagUse } from '@cooperage/db';
import { limitState } from '@cooperage/domain';

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

export function presentTagUse({ all, unprotected }: TagUse): TagUseView {
  const state = ({ used, limit }: TagUse['all']) => ({ used, limit, state: limitState(used, limit) });
  return { all: state(all), unprotected: state(unprotected) };
}

export function presentMove(move: TagMoveRecord): TagMove {
  const { tag, fromDigest, toDigest, buildNumber, movedBy, at } = move;
  return { tag, from: fromDigest, to: toDigest, buildNumber, movedBy, at: at.toISOString() };
}

export function presentBase({ newest, registry, ...base }: BaseFact): BaseImageView {
  return {
    ...base,
    newest: newest && { ...newest, at: newest.at.toISOString() },
    registry: registry && {
      ...registry,
      foundAt: registry.foundAt?.toISOString() ?? null,
      answeredAt: registry.answeredAt?.toISOString() ?? null,
      problem: registry.problem === null ? null : (baseProblems.find((each) => each === registry.problem) ?? 'invalid'),
      checkedAt: registry.checkedAt.toISOString(),
    },
  };
}
