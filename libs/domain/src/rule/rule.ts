import type { CachePolicy } from '../cache/cache-policy.js';
import { atOnce, type Sliced } from '../share/in-turns.js';
import { type ChangedPaths, changedPathLimits } from './changed-paths.js';
import { compileGlob, matchesGlob } from './glob.js';
import { MatchWork, TooMuchWork } from './match-work.js';
import { parseRef } from './parse-ref.js';
import { renderTags } from './tag-template.js';

/** Which refs and paths start a build, and which tags its image gets. */
export interface Rule {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly refKind: 'branch' | 'tag';
  /** Glob over the short ref name (`main`, `release/*`, `v*`). */
  readonly refPattern: string;
  /** Globs over changed paths; empty means every path. A build starts when one changed path is included and not excluded. */
  readonly includePaths: readonly string[];
  readonly excludePaths: readonly string[];
  /** Tag templates, see `tag-template.ts`. */
  readonly tags: readonly string[];
  /** Which caches its builds may read and write. */
  readonly cachePolicy: CachePolicy;
}

export interface RefHead {
  /** Full ref. */
  readonly ref: string;
  /** Commit id at the git host now. */
  readonly commit: string;
  readonly defaultBranch: string | null;
  /** Since the last head that was evaluated for this ref. */
  readonly changedPaths: ChangedPaths;
}

export type VerdictReason =
  | 'matched'
  | 'rule_disabled'
  | 'ref_kind_differs'
  | 'ref_does_not_match'
  | 'paths_do_not_match'
  | 'already_built'
  | 'no_valid_tag'
  | 'quota_queued_builds';

/** What one rule made of one delivery, kept with its reason so that "I pushed and nothing happened" has an answer. */
export interface Verdict {
  readonly ruleId: string;
  readonly ruleName: string;
  readonly matched: boolean;
  readonly reason: VerdictReason;
  /** A sentence for a person. */
  readonly explanation: string;
  readonly tags: readonly string[];
}

/** Steps of comparing paths with patterns for one delivery, shared between its rules: a fraction of a second of work. */
const mostSteps = 50_000_000;

/**
 * Judges one rule, at once: for few paths.
 * @param isBuilt the rule has a build of this head, so this is a repeated push, the one thing that is deduplicated
 */
export function judge(rule: Rule, head: RefHead, isBuilt: boolean): Verdict {
  return atOnce(judgeOne(rule, head, isBuilt, new MatchWork(mostSteps)));
}

/**
 * Judges the rules of a project, in slices. Both the patterns and the paths are other people's: a rule whose patterns take
 * more work than its share counts as matching, and its verdict says so.
 * @param isBuilt by the rule with that id, as in `judge`
 */
export function* judgeAll(
  rules: readonly Rule[],
  head: RefHead,
  isBuilt: (ruleId: string) => boolean,
): Sliced<Verdict[]> {
  const verdicts: Verdict[] = [];
  let left = mostSteps;
  for (const rule of rules) {
    // What a rule leaves is for those behind it; none takes the share of another.
    const work = new MatchWork(Math.floor(left / (rules.length - verdicts.length)));
    verdicts.push(yield* judgeOne(rule, head, isBuilt(rule.id), work));
    left -= Math.min(work.steps, left);
    yield;
  }
  return verdicts;
}

function* judgeOne(rule: Rule, head: RefHead, isBuilt: boolean, work: MatchWork): Sliced<Verdict> {
  const no = (reason: VerdictReason, explanation: string): Verdict => ({
    ruleId: rule.id,
    ruleName: rule.name,
    matched: false,
    reason,
    explanation,
    tags: [],
  });
  const other = whyNotFor(rule, head.ref);
  if (other) return no(other.reason, other.explanation);
  const paths = yield* comparePaths(rule, head.changedPaths, work);
  if (paths === 'differ') return no('paths_do_not_match', 'No changed path is among the paths of the rule.');
  if (isBuilt) return no('already_built', `This rule has a build of commit ${head.commit.slice(0, 7)} of this ref.`);
  const tags = renderTags(rule.tags, { ref: head.ref, commit: head.commit, defaultBranch: head.defaultBranch });
  if (tags.length === 0) return no('no_valid_tag', `None of the rule's tags can be made from ${head.ref}.`);
  return {
    ruleId: rule.id,
    ruleName: rule.name,
    matched: true,
    reason: 'matched',
    explanation: [`${parseRef(head.ref)?.name} matches ${rule.refPattern}.`, ...whyUnknown(paths, head)].join(' '),
    tags,
  };
}

/**
 * Why a rule is not for a ref, whatever was changed there; null where it is.
 * @param fullRef for example `refs/heads/main`
 */
export function whyNotFor(
  rule: Pick<Rule, 'enabled' | 'refKind' | 'refPattern'>,
  fullRef: string,
): Pick<Verdict, 'reason' | 'explanation'> | null {
  if (!rule.enabled) return { reason: 'rule_disabled', explanation: 'The rule is switched off.' };
  const ref = parseRef(fullRef);
  if (ref?.kind !== rule.refKind) {
    const explanation = `The rule is for a ${rule.refKind}, and ${fullRef} is not one.`;
    return { reason: 'ref_kind_differs', explanation };
  }
  if (matchesGlob(rule.refPattern, ref.name)) return null;
  return { reason: 'ref_does_not_match', explanation: `${ref.name} does not match ${rule.refPattern}.` };
}

type Compared = 'match' | 'differ' | 'too_costly' | 'too_many';

/** Why a rule counts as matching whose paths were not compared. */
function whyUnknown(compared: Compared, { changedPaths }: RefHead): string[] {
  if (compared === 'too_costly') return [tooCostly(changedPaths?.length ?? 0)];
  return compared === 'too_many' ? [tooMany] : [];
}

const many = (count: number) => count.toLocaleString('en');
const tooMany = `The push changes more than is compared with the paths of a rule, so it counts as matching. At most ${many(changedPathLimits.paths)} paths and ${many(changedPathLimits.folders)} folders are compared, with ${changedPathLimits.pathBytes >> 20} MiB of names. Smaller pushes are compared.`;

function tooCostly(count: number): string {
  const paths = `${many(count)} changed paths`;
  return `The path patterns of the rule take too much work on ${paths}, so it counts as matching. Give it fewer patterns, or such with fewer wildcards.`;
}

function* comparePaths({ includePaths, excludePaths }: Rule, changed: ChangedPaths, work: MatchWork): Sliced<Compared> {
  if (changed === null || (includePaths.length === 0 && excludePaths.length === 0)) return 'match';
  if (changed === 'too_many') return 'too_many';
  try {
    return (yield* hasWantedPath(includePaths, excludePaths, changed, work)) ? 'match' : 'differ';
  } catch (error) {
    if (error instanceof TooMuchWork) return 'too_costly';
    throw error;
  }
}

/** One flat loop: there may be a million paths. */
function* hasWantedPath(
  includePaths: readonly string[],
  excludePaths: readonly string[],
  changed: readonly string[],
  work: MatchWork,
): Sliced<boolean> {
  const included = includePaths.map((pattern) => compileGlob(pattern, work));
  const excluded = excludePaths.map((pattern) => compileGlob(pattern, work));
  for (const path of changed) {
    let isWanted = included.length === 0;
    for (const matches of included) {
      if (work.isSliceOver()) yield;
      isWanted = matches(path);
      if (isWanted) break;
    }
    if (!isWanted) continue;
    for (const matches of excluded) {
      if (work.isSliceOver()) yield;
      isWanted = !matches(path);
      if (!isWanted) break;
    }
    if (isWanted) return true;
  }
  return false;
}
