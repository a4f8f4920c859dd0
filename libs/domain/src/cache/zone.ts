import { matchesGlob } from '../rule/glob.js';
import { parseRef } from '../rule/parse-ref.js';

/** Who may write a cache. `branch` and `fork` also read what `protected` wrote; nobody writes another's. */
export const zones = ['protected', 'branch', 'fork'] as const;
export type Zone = (typeof zones)[number];

/** What a project says of its branches. */
export interface ProtectionRules {
  /** Null where nobody says which one it is: then no branch is protected for it. */
  readonly defaultBranch: string | null;
  /** Globs over short branch names, beside the default branch: `release/*`. */
  readonly protectedBranches: readonly string[];
  /** Globs over names of git tags. Those who may create such a tag are trusted like those who may push a protected branch. `**` for all. */
  readonly protectedTags: readonly string[];
}

export interface ZoneInput extends ProtectionRules {
  /** Full ref. */
  readonly ref: string;
  readonly fromFork: boolean;
}

/** Protected branches and protected git tags are `protected`, others `branch`, everything from a fork `fork`. */
export function zoneOf({ ref, fromFork, ...rules }: ZoneInput): Zone {
  if (fromFork) return 'fork';
  return isProtectedBranch(ref, rules) || isProtectedTag(ref, rules) ? 'protected' : 'branch';
}

function isProtectedTag(ref: string, { protectedTags }: Pick<ProtectionRules, 'protectedTags'>): boolean {
  const tag = parseRef(ref);
  return tag?.kind === 'tag' && protectedTags.some((pattern) => matchesGlob(pattern, tag.name));
}

/** The default branch always is. @param ref full ref */
export function isProtectedBranch(
  ref: string,
  { defaultBranch, protectedBranches }: Pick<ProtectionRules, 'defaultBranch' | 'protectedBranches'>,
): boolean {
  const branch = parseRef(ref);
  if (branch?.kind !== 'branch') return false;
  return branch.name === defaultBranch || protectedBranches.some((pattern) => matchesGlob(pattern, branch.name));
}

/**
 * The branch that a build is to be merged into, where its cache is read: null for a build that is protected itself, for a
 * branch that is not protected, and for the default branch, which is read anyway.
 * @param targetRef full ref; null where nobody said it
 */
export function readableTarget(targetRef: string | null, zone: Zone, rules: ProtectionRules): string | null {
  if (targetRef === null || zone === 'protected') return null;
  if (rules.defaultBranch !== null && targetRef === `refs/heads/${rules.defaultBranch}`) return null;
  return isProtectedBranch(targetRef, rules) ? targetRef : null;
}
