import type { Zone } from '../cache/zone.js';

/**
 * Where a tag stands in the order of its project: by the sequence of its push, then by the time of the commit, then by the number of the build.
 * Commits of one sequence differ where refs were placed by their commits' times, behind one and the same build (R24B-2).
 */
export interface TagPlace {
  readonly digest: string;
  readonly sequence: bigint;
  /** Seconds since 1970, as the commit says; 0 where nobody wrote it down. */
  readonly commitTime: bigint;
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
  /** The image was built from a commit behind the head that was evaluated before: its own build moved no tag, and its sequence tells nothing. */
  readonly isLate?: boolean;
  /** The deletion of the image has begun: some of its layers may be gone. */
  readonly isDeleting?: boolean;
}

/**
 * What pointing a tag to an image would be. Only `new` and `forward` change anything: tags never move backward, and one that
 * belongs to the zone `protected`, or would by the rules, goes to no other zone (`protected`). An image of a late build takes none that
 * another has, or that waits for a protected ref (`late`). None goes to an image whose deletion has begun (`deleting`).
 */
export const tagMoveKinds = ['new', 'forward', 'same', 'backward', 'late', 'protected', 'deleting'] as const;
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
  // Its sequence is that of its evaluation, which came later than that of newer commits (R22C-4). The row of a new tag would keep
  // that sequence, so a release that is being built could not take its own tag any more (R23A-2).
  if (isLate && (from !== null || isKept || isReserved)) return 'late';
  if (from === null) return 'new';
  return isBefore(from, to) ? 'forward' : 'backward';
}

function isBefore(a: TagPlace, b: TagPlace): boolean {
  if (a.sequence !== b.sequence) return a.sequence < b.sequence;
  if (a.commitTime !== b.commitTime) return a.commitTime < b.commitTime;
  return a.buildNumber < b.buildNumber;
}
