import { describe, expect, it } from 'vitest';
import { maxProjectRuleBytes, maxRuleBytes, ruleBytes, ruleSizeProblem } from './rule-size.js';

const small = { refPattern: 'v*', includePaths: [], excludePaths: [], tags: ['{{tag}}'] };
const large = { ...small, includePaths: Array<string>(50).fill('\u200b'.repeat(512)) };

describe('the size of a rule', () => {
  it('R9-B1 counts patterns and tags as UTF-8', () => {
    expect(ruleBytes({ ...small, includePaths: ['\u4e00'], excludePaths: ['ab', 'c'] })).toBe(2 + 3 + 3 + 7);
  });

  it('R9-B1 names the field that grew the most when a rule is too large', () => {
    const problem = { of: 'rule', field: 'includePaths', bytes: 76_809, limitBytes: maxRuleBytes };
    expect(ruleSizeProblem(null, large, 0)).toEqual(problem);
    expect(ruleSizeProblem(large, { ...large, tags: ['{{tag}}', 'x'] }, 0)).toMatchObject({
      of: 'rule',
      field: 'tags',
    });
  });

  it('R9-B1 counts all rules of the project together', () => {
    const left = maxProjectRuleBytes - ruleBytes(small);
    expect(ruleSizeProblem(null, small, left)).toBeNull();
    expect(ruleSizeProblem(null, small, left + 1)).toEqual({
      ...{ of: 'project', field: 'tags', bytes: maxProjectRuleBytes + 1, limitBytes: maxProjectRuleBytes },
    });
  });

  it('R9-B1 lets a rule that is too large stay as it is, or become smaller', () => {
    const smaller = { ...large, includePaths: large.includePaths.slice(1), tags: ['{{tag}}', 'x'] };
    expect(ruleSizeProblem(large, large, maxProjectRuleBytes)).toBeNull();
    expect(ruleSizeProblem(large, smaller, maxProjectRuleBytes)).toBeNull();
  });
});
