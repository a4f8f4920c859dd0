import type { Rule } from './rule.js';

/** Most bytes of the patterns and tags of one rule, in UTF-8. */
export const maxRuleBytes = 16_384;
/** Most bytes of the patterns and tags of all rules of a project. No page of a list of rules has more, unless one rule has. */
export const maxProjectRuleBytes = 262_144;

const fields = ['refPattern', 'includePaths', 'excludePaths', 'tags'] as const;
type RuleField = (typeof fields)[number];
export type RuleText = Pick<Rule, RuleField>;

export interface RuleSizeProblem {
  /** What is too large: the rule, or all rules of its project together. */
  readonly of: 'rule' | 'project';
  /** The field that grew the most. */
  readonly field: RuleField;
  readonly bytes: number;
  readonly limitBytes: number;
}

/**
 * Whether a rule may be stored. A rule that does not grow always may: rules from before there was a bound can be changed, and
 * made smaller step by step.
 * @param before the rule as it is stored; null for a new one
 * @param othersBytes patterns and tags of all other rules of the project
 */
export function ruleSizeProblem(before: RuleText | null, after: RuleText, othersBytes: number): RuleSizeProblem | null {
  const growth = fields.map((field) => ({ field, grown: bytesOf(after[field]) - bytesOf(before?.[field] ?? []) }));
  if (growth.reduce((sum, { grown }) => sum + grown, 0) <= 0) return null;
  const { field } = growth.reduce((most, one) => (one.grown > most.grown ? one : most));
  const bytes = ruleBytes(after);
  if (bytes > maxRuleBytes) return { of: 'rule', field, bytes, limitBytes: maxRuleBytes };
  const together = othersBytes + bytes;
  if (together > maxProjectRuleBytes) return { of: 'project', field, bytes: together, limitBytes: maxProjectRuleBytes };
  return null;
}

export function ruleBytes(rule: RuleText): number {
  return fields.reduce((sum, field) => sum + bytesOf(rule[field]), 0);
}

function bytesOf(value: string | readonly string[]): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : value.reduce((sum, text) => sum + bytesOf(text), 0);
}
