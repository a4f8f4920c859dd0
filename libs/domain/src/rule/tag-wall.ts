import type { Zone } from '../cache/zone.js';
import { reservedTags, type TagRules } from './reserved-tags.js';
import type { Verdict } from './rule.js';

/**
 * Why a build does not get a tag that its rule would give it:
 * - `owned_by_protected`: the tag points to an image of a protected branch or of a release
 * - `reserved_for_protected`: the rules would give it to one of those
 */
export const leftOutReasons = ['owned_by_protected', 'reserved_for_protected'] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

export interface LeftOutTag {
  readonly tag: string;
  readonly reason: LeftOutReason;
}

export interface TagWall extends TagRules {
  /** Tags that point to an image of the zone `protected` now. */
  readonly owned: ReadonlySet<string>;
}

export interface WalledTags {
  readonly tags: readonly string[];
  readonly leftOut: readonly LeftOutTag[];
}

/**
 * Tags that a build may have. What belongs to protected branches and releases, or would, is theirs alone: a branch may have
 * any name, and many names become the same tag (`!main`, `feature/x` and `feature-x`).
 */
export function wallTags(tags: readonly string[], zone: Zone, wall: TagWall): WalledTags {
  if (zone === 'protected') return { tags, leftOut: [] };
  const isReserved = reservedTags(wall);
  const reasonOf = (tag: string): LeftOutReason | null => {
    if (wall.owned.has(tag)) return 'owned_by_protected';
    return isReserved(tag) ? 'reserved_for_protected' : null;
  };
  const judged = tags.map((tag) => ({ tag, reason: reasonOf(tag) }));
  return {
    tags: judged.flatMap(({ tag, reason }) => (reason === null ? [tag] : [])),
    leftOut: judged.flatMap(({ tag, reason }) => (reason === null ? [] : [{ tag, reason }])),
  };
}

/** For a person. */
export function leftOutMessage({ tag, reason }: LeftOutTag): string {
  return reason === 'owned_by_protected'
    ? `The tag ${tag} is left out: it points to an image of a protected branch or a release.`
    : `The tag ${tag} is left out: it is kept for a protected branch or a release.`;
}

export interface WalledVerdicts {
  readonly verdicts: readonly Verdict[];
  /** By rule: what its build does not get. */
  readonly leftOut: ReadonlyMap<string, readonly LeftOutTag[]>;
}

/** Takes out of each verdict the tags that belong to others, and says so in its words. A fork's build gets no tag anyway. */
export function wallVerdicts(verdicts: readonly Verdict[], zone: Zone, wall: TagWall): WalledVerdicts {
  const leftOut = new Map<string, readonly LeftOutTag[]>();
  if (zone === 'fork') return { verdicts, leftOut };
  const walled = verdicts.map((verdict) => {
    const { tags, leftOut: missed } = wallTags(verdict.tags, zone, wall);
    if (missed.length === 0) return verdict;
    leftOut.set(verdict.ruleId, missed);
    return { ...verdict, tags, explanation: [verdict.explanation, ...missed.map(leftOutMessage)].join(' ') };
  });
  return { verdicts: walled, leftOut };
}
