import type { CachePolicy } from '../cache/cache-policy.js';
import { compileGlob, matchesGlob } from './glob.js';
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
  /** Paths that changed since the last head that was evaluated for this ref; null when there is none to compare with. */
  readonly changedPaths: readonly string[] | null;
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

/**
 * Judges one rule.
 * @param newestBuiltCommit commit of the newest build of this rule and ref; equal means a repeated push, the one thing
 * that is deduplicated.
 */
export function judge(rule: Rule, head: RefHead, newestBuiltCommit: string | null): Verdict {
  const no = (reason: VerdictReason, explanation: string): Verdict => ({
    ruleId: rule.id,
    ruleName: rule.name,
    matched: false,
    reason,
    explanation,
    tags: [],
  });
  if (!rule.enabled) return no('rule_disabled', 'The rule is switched off.');
  const ref = parseRef(head.ref);
  if (ref?.kind !== rule.refKind)
    return no('ref_kind_differs', `The rule is for a ${rule.refKind}, and ${head.ref} is not one.`);
  if (!matchesGlob(rule.refPattern, ref.name))
    return no('ref_does_not_match', `${ref.name} does not match ${rule.refPattern}.`);
  if (!pathsMatch(rule, head.changedPaths))
    return no('paths_do_not_match', 'No changed path is among the paths of the rule.');
  if (newestBuiltCommit === head.commit)
    return no('already_built', `The newest build of this rule and ref already has commit ${head.commit.slice(0, 7)}.`);
  const tags = renderTags(rule.tags, { ref: head.ref, commit: head.commit, defaultBranch: head.defaultBranch });
  if (tags.length === 0) return no('no_valid_tag', `None of the rule's tags can be made from ${head.ref}.`);
  return {
    ruleId: rule.id,
    ruleName: rule.name,
    matched: true,
    reason: 'matched',
    explanation: `${ref.name} matches ${rule.refPattern}.`,
    tags,
  };
}

function pathsMatch(rule: Rule, changed: readonly string[] | null): boolean {
  if (changed === null || (rule.includePaths.length === 0 && rule.excludePaths.length === 0)) return true;
  const included = rule.includePaths.map(compileGlob);
  const excluded = rule.excludePaths.map(compileGlob);
  const isIncluded = (path: string) => included.length === 0 || included.some((matches) => matches(path));
  return changed.some((path) => isIncluded(path) && !excluded.some((matches) => matches(path)));
}
