import type { Zone } from '../cache/zone.js';
import { type Rule, whyNotFor } from './rule.js';

/**
 * Why a build that a person starts gets no tag of the rule that the person chose; null where it gets them. What protected
 * branches and releases own moves only as the rules say: a rule gives its tags to those refs that it is for. For other
 * branches a person may choose any rule, since the tags of protected ones are taken out there.
 * @param ref full ref
 */
export function whyNoTagsByHand(
  rule: Pick<Rule, 'enabled' | 'refKind' | 'refPattern'>,
  ref: string,
  zone: Zone,
): string | null {
  const other = zone === 'protected' ? whyNotFor(rule, ref) : null;
  if (other === null) return null;
  return `${other.explanation} A protected branch or a git tag gets the tags of a rule only where the rule is for it.`;
}
