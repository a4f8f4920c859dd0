import type { EvaluationResult } from '@cooperage/db';
import {
  judge,
  type LeftOutTag,
  leftOutMessage,
  type RefHead,
  type Rule,
  renderTags,
  type TagWall,
  type Verdict,
  wallTags,
  type Zone,
} from '@cooperage/domain';
import type { Ask } from './trigger-of.js';

/** The verdict of each rule that this ask concerns. Pure. */
export function judgeRules(
  rules: readonly Rule[],
  head: RefHead,
  ask: Ask,
  newestBuilt: ReadonlyMap<string, string>,
): Verdict[] {
  if (ask.trigger === 'manual') return [manualVerdict(rules, head, ask)];
  return rules.map((rule) => judge(rule, head, ask.deduplicate ? (newestBuilt.get(rule.id) ?? null) : null));
}

/** A person's word stands in for the rule's pattern; the tags are the chosen rule's, or none. */
function manualVerdict(rules: readonly Rule[], head: RefHead, ask: Ask): Verdict {
  const rule = rules.find((candidate) => candidate.id === ask.ruleId);
  return {
    ruleId: rule?.id ?? '',
    ruleName: rule?.name ?? 'by hand',
    matched: true,
    reason: 'matched',
    explanation: `${ask.triggeredBy ?? 'Somebody'} started this build by hand.`,
    tags: rule ? renderTags(rule.tags, { ref: head.ref, commit: head.commit, defaultBranch: head.defaultBranch }) : [],
  };
}

/** Takes out of each verdict the tags that belong to others, and says so in its words. Pure. */
export function wallVerdicts(
  verdicts: readonly Verdict[],
  zone: Zone,
  wall: TagWall,
): Pick<EvaluationResult, 'verdicts' | 'leftOut'> {
  const leftOut = new Map<string, readonly LeftOutTag[]>();
  const walled = verdicts.map((verdict) => {
    if (zone === 'fork') return verdict;
    const { tags, leftOut: missed } = wallTags(verdict.tags, zone, wall);
    if (missed.length === 0) return verdict;
    leftOut.set(verdict.ruleId, missed);
    return { ...verdict, tags, explanation: [verdict.explanation, ...missed.map(leftOutMessage)].join(' ') };
  });
  return { verdicts: walled, leftOut };
}
