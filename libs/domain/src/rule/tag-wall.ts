import type { Zone } from '../cache/zone.js';
import { inTurns, type Sliced } from '../share/in-turns.js';
import { MatchWork, TooMuchWork } from './match-work.js';
import { ReservedTags, type TagRules } from './reserved-tags.js';
import type { Rule, Verdict } from './rule.js';
import { type HeldTag, namingsOf, otherOwner, ownerOf, type TagOwner } from './tag-owner.js';

/**
 * Why a build does not get a tag that its rule would give it:
 * - `owned_by_protected`: the tag belongs to a protected branch or to a release
 * - `owned_by_other_ref`: it belongs to another git tag or protected branch than that of the build
 * - `owned_by_other_commit`: it belongs to another commit
 * - `reserved_for_protected`: the rules would give it to one of those
 * - `rules_too_costly`: it takes too much work to tell whether they would
 */
export const leftOutReasons = [
  'owned_by_protected',
  'owned_by_other_ref',
  'owned_by_other_commit',
  'reserved_for_protected',
  'rules_too_costly',
] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

export interface LeftOutTag {
  readonly tag: string;
  readonly reason: LeftOutReason;
}

export interface TagWall extends TagRules {
  readonly rules: readonly (TagRules['rules'][number] & Pick<Rule, 'id'>)[];
  /** Full ref that is built. */
  readonly ref: string;
  readonly commit: string;
  /** Those of the tags that belong to somebody. */
  readonly held: ReadonlyMap<string, HeldTag>;
}

/** Steps of comparing for all tags of one delivery: a fraction of a second of work. */
const mostSteps = 20_000_000;

/**
 * Tags that a build may have, and why not the others. What belongs to protected branches and releases, or would, is theirs
 * alone: a branch may have any name, and many names become the same tag (`!main`, `feature/x` and `feature-x`).
 */
class TagJudge {
  private readonly work = new MatchWork(mostSteps);
  private reserved: ReservedTags | undefined;
  private isTooCostly = false;

  constructor(
    private readonly wall: TagWall,
    private readonly zone: Zone,
  ) {}

  /** @param owner what the tag names */
  *reasonOf(tag: string, owner: TagOwner): Sliced<LeftOutReason | null> {
    const ofHolder = this.ofHolder(tag, owner);
    if (ofHolder !== null || this.zone === 'protected') return ofHolder;
    return (yield* this.isReserved(tag, owner === this.wall.commit))
      ? this.isTooCostly
        ? 'rules_too_costly'
        : 'reserved_for_protected'
      : null;
  }

  private ofHolder(tag: string, owner: TagOwner): LeftOutReason | null {
    const held = this.wall.held.get(tag);
    if (!held) return null;
    // Protected refs take a tag from others, whatever it names.
    if ((held.zone === 'protected') !== (this.zone === 'protected'))
      return held.zone === 'protected' ? 'owned_by_protected' : null;
    const other = otherOwner(held, { owner, ref: this.wall.ref, commit: this.wall.commit });
    return other && (other === 'ref' ? 'owned_by_other_ref' : 'owned_by_other_commit');
  }

  /** What cannot be told is kept for others: a tag too few does no harm. */
  private *isReserved(tag: string, isOwn: boolean): Sliced<boolean> {
    if (this.isTooCostly) return true;
    try {
      this.reserved ??= yield* ReservedTags.of(this.wall, this.work);
      if (yield* this.reserved.has(tag)) return true;
      return !isOwn && (yield* this.reserved.namesCommit(tag));
    } catch (error) {
      if (!(error instanceof TooMuchWork)) throw error;
      this.isTooCostly = true;
      return true;
    }
  }
}

/** For a person. */
export function leftOutMessage({ tag, reason }: LeftOutTag): string {
  switch (reason) {
    case 'owned_by_protected':
      return `The tag ${tag} is left out: it belongs to a protected branch or a release.`;
    case 'owned_by_other_ref':
      return `The tag ${tag} is left out: it belongs to another git tag or protected branch.`;
    case 'owned_by_other_commit':
      return `The tag ${tag} is left out: it belongs to another commit. Pull the image by its digest.`;
    case 'reserved_for_protected':
      return `The tag ${tag} is left out: it is kept for a protected branch or a release.`;
    case 'rules_too_costly':
      return `The tag ${tag} is left out: it takes too much work to tell whether it is kept for a protected branch or a release.`;
  }
}

export interface WalledVerdicts {
  readonly verdicts: readonly Verdict[];
  /** By rule: what its build does not get. */
  readonly leftOut: ReadonlyMap<string, readonly LeftOutTag[]>;
}

/**
 * Takes out of each verdict the tags that belong to others, and says so in its words. A fork's build gets no tag anyway.
 * Others have their turn meanwhile: the rules and the protected branches are other people's.
 */
export function wallVerdicts(verdicts: readonly Verdict[], zone: Zone, wall: TagWall): Promise<WalledVerdicts> {
  return inTurns(wallInSlices(verdicts, zone, wall));
}

/** As `wallVerdicts`, for a caller that has turns of its own. */
export function* wallInSlices(verdicts: readonly Verdict[], zone: Zone, wall: TagWall): Sliced<WalledVerdicts> {
  const leftOut = new Map<string, readonly LeftOutTag[]>();
  if (zone === 'fork') return { verdicts, leftOut };
  const judge = new TagJudge(wall, zone);
  const kept: Verdict[] = [];
  for (const verdict of verdicts) {
    const [tags, missed]: [string[], LeftOutTag[]] = [[], []];
    const rule = wall.rules.find(({ id }) => id === verdict.ruleId);
    const namings = namingsOf(verdict.tags.length > 0 ? (rule?.tags ?? []) : [], wall);
    for (const tag of verdict.tags) {
      const reason = yield* judge.reasonOf(tag, ownerOf(namings.get(tag) ?? 'neither', wall));
      if (reason === null) tags.push(tag);
      else missed.push({ tag, reason });
    }
    kept.push(missed.length === 0 ? verdict : { ...verdict, tags, explanation: explained(verdict, missed) });
    if (missed.length > 0) leftOut.set(verdict.ruleId, missed);
  }
  return { verdicts: kept, leftOut };
}

function explained({ explanation }: Verdict, missed: readonly LeftOutTag[]): string {
  const isCostly = missed.some(({ reason }) => reason === 'rules_too_costly');
  const advice = 'Give the project fewer rules, tags and protected branches, or such with fewer wildcards.';
  return [explanation, ...missed.map(leftOutMessage), ...(isCostly ? [advice] : [])].join(' ');
}
