import { inTurns, judgeAll, type RefHead, type Rule, renderTags, type Verdict } from '@cooperage/domain';
import type { Ask } from './trigger-of.js';

/** The verdict of each rule that this ask concerns. Others have their turn meanwhile. */
export async function judgeRules(
  rules: readonly Rule[],
  head: RefHead,
  ask: Ask,
  newestBuilt: ReadonlyMap<string, string>,
): Promise<Verdict[]> {
  if (ask.trigger === 'manual') return [manualVerdict(rules, head, ask)];
  const newestBuiltCommit = (ruleId: string) => (ask.deduplicate ? (newestBuilt.get(ruleId) ?? null) : null);
  return inTurns(judgeAll(rules, head, newestBuiltCommit));
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
