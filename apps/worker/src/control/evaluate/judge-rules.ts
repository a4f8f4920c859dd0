import {
  inTurns,
  judgeAll,
  type RefHead,
  type Rule,
  renderTags,
  type Verdict,
  whyNoTagsByHand,
  type Zone,
} from '@cooperage/domain';
import type { Ask } from './trigger-of.js';

export interface HeadInZone extends RefHead {
  readonly zone: Zone;
}

/**
 * The verdict of each rule that this ask concerns. Others have their turn meanwhile.
 * @param haveBuilt the rules that have a build of this head
 */
export async function judgeRules(
  rules: readonly Rule[],
  head: HeadInZone,
  ask: Ask,
  haveBuilt: ReadonlySet<string>,
): Promise<Verdict[]> {
  if (ask.trigger === 'manual') return [manualVerdict(rules, head, ask)];
  return inTurns(judgeAll(rules, head, (ruleId) => ask.deduplicate && haveBuilt.has(ruleId)));
}

/**
 * A person's word stands in for the rule's pattern; the tags are the chosen rule's, or none. For a protected ref it does not
 * stand in: none where the rule is not for it.
 */
function manualVerdict(rules: readonly Rule[], head: HeadInZone, ask: Ask): Verdict {
  const rule = rules.find((candidate) => candidate.id === ask.ruleId);
  const withheld = rule ? whyNoTagsByHand(rule, head.ref, head.zone) : null;
  const started = `${ask.triggeredBy ?? 'Somebody'} started this build by hand.`;
  const input = { ref: head.ref, commit: head.commit, defaultBranch: head.defaultBranch };
  return {
    ruleId: rule?.id ?? '',
    ruleName: rule?.name ?? 'by hand',
    matched: true,
    reason: 'matched',
    explanation: withheld === null ? started : `${started} Its image gets no tag. ${withheld}`,
    tags: rule && withheld === null ? renderTags(rule.tags, input) : [],
  };
}
