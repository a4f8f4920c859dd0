import type { Zone } from '../cache/zone.js';

/** Where a tag stands in the order of its project: by the sequence of its push, then by the number of the build. */
export interface TagPlace {
  readonly digest: string;
  readonly sequence: bigint;
  readonly buildNumber: number;
  /** Of the build that made the image. */
  readonly zone: Zone;
}

/** What else is known of a move. */
export interface TagMoveCircumstances {
  /** The tag is kept for a protected ref whose image was deleted. */
  readonly isKept?: boolean;
  /** The rules would give the tag to a protected branch or a release. */
  readonly isReserved?: boolean;
  /** The image was built from a commit behind the head that was evaluated before: its own build moved no tag. */
  readonly isLate?: boolean;
  /** The deletion of the image has begun: some of its layers may be gone. */
  readonly isDeleting?: boolean;
}

/**
 * What pointing a tag to an image would be. Only `new` and `forward` change anything: tags never move backward, and one that
 * belongs to the zone `protected`, or would by the rules, goes to no other zone (`protected`). None goes to an image whose deletion has begun (`deleting`).
 */
export const tagMoveKinds = ['new', 'forward', 'same', 'backward', 'protected', 'deleting'] as const;
export type TagMoveKind = (typeof tagMoveKinds)[number];

/**
 * @param from where the tag points now; null when there is no such tag
 */
export function tagMoveKind(
  from: TagPlace | null,
  to: TagPlace,
  { isKept = false, isReserved = false, isLate = false, isDeleting = false }: TagMoveCircumstances = {},
): TagMoveKind {
  if (isDeleting && from?.digest !== to.digest) return 'deleting';
  if (from?.digest === to.digest) return 'same';
  const isProtected = from === null ? isKept : from.zone === 'protected';
  if ((isProtected || isReserved) && to.zone !== 'protected') return 'protected';
  if (from === null) return 'new';
  // Its sequence is that of its evaluation, which came later than that of newer commits (R22C-4).
  if (isLate) return 'backward';
  if (from.sequence !== to.sequence) return from.sequence < to.sequence ? 'forward' : 'backward';
  return from.buildNumber < to.buildNumber ? 'forward' : 'backward';
}
