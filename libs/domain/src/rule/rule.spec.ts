import { describe, expect, it } from 'vitest';
import { atOnce } from '../share/in-turns.js';
import { parseRef } from './parse-ref.js';
import { judge, judgeAll, type RefHead, type Rule, type VerdictReason } from './rule.js';

const rule = (changes: Partial<Rule> = {}): Rule => ({
  id: 'rule-1',
  name: 'main',
  enabled: true,
  refKind: 'branch',
  refPattern: 'main',
  includePaths: [],
  excludePaths: [],
  tags: ['{{branch}}', '{{default}}'],
  cachePolicy: 'zone',
  ...changes,
});
const head = (changes: Partial<RefHead> = {}): RefHead => ({
  ref: 'refs/heads/main',
  commit: 'a94b8fe5ccb19ba61c4c0873d391e987982fbbd3',
  defaultBranch: 'main',
  changedPaths: null,
  ...changes,
});

describe('judge', () => {
  it('starts a build with its tags', () => {
    expect(judge(rule(), head(), false)).toEqual({
      ruleId: 'rule-1',
      ruleName: 'main',
      matched: true,
      reason: 'matched',
      explanation: 'main matches main.',
      tags: ['main', 'latest'],
    });
  });

  it('R4-P2 takes a rule with paths to match where too many paths changed, and says so', () => {
    const tooMany = head({ changedPaths: 'too_many' });
    const verdict = judge(rule({ includePaths: ['docs/**'] }), tooMany, false);
    expect(verdict).toMatchObject({ matched: true, reason: 'matched' });
    expect(verdict.explanation).toContain('At most 100,000 paths and 50,000 folders are compared');
    expect(judge(rule(), tooMany, false).explanation).toBe('main matches main.');
  });

  it.each<[VerdictReason, Partial<Rule>, Partial<RefHead>, boolean]>([
    ['rule_disabled', { enabled: false }, {}, false],
    ['ref_kind_differs', { refKind: 'tag' }, {}, false],
    ['ref_kind_differs', {}, { ref: 'refs/tags/main' }, false],
    ['ref_kind_differs', {}, { ref: 'refs/notes/commits' }, false],
    ['ref_kind_differs', {}, { ref: 'main' }, false],
    ['ref_does_not_match', { refPattern: 'release/*' }, {}, false],
    ['paths_do_not_match', { includePaths: ['docs/**'] }, { changedPaths: ['src/a.ts'] }, false],
    ['paths_do_not_match', { excludePaths: ['docs/**'] }, { changedPaths: ['docs/a.md'] }, false],
    ['paths_do_not_match', { includePaths: ['**'] }, { changedPaths: [] }, false],
    ['already_built', {}, {}, true],
    ['no_valid_tag', { tags: ['{{version}}'] }, {}, false],
    ['no_valid_tag', { tags: [] }, {}, false],
    ['matched', { refPattern: '*' }, {}, false],
    ['matched', { includePaths: ['docs/**'] }, { changedPaths: null }, false],
    [
      'matched',
      { includePaths: ['src/**'], excludePaths: ['**/*.md'] },
      { changedPaths: ['src/a.md', 'src/b.ts'] },
      false,
    ],
    ['matched', { excludePaths: ['docs/**'] }, { changedPaths: ['docs/a.md', 'Dockerfile'] }, false],
    ['matched', { refKind: 'tag', refPattern: 'v*', tags: ['{{version}}'] }, { ref: 'refs/tags/v1.2.3' }, false],
  ])('says %s', (reason, ruleChanges, headChanges, isBuilt) => {
    const verdict = judge(rule(ruleChanges), head(headChanges), isBuilt);
    expect(verdict).toMatchObject({ reason, matched: reason === 'matched' });
    expect(verdict.explanation).toMatch(/^\S.*\.$/);
    expect(verdict.tags.length > 0).toBe(verdict.matched);
  });

  it('names the first reason: a disabled rule is not judged further', () => {
    expect(judge(rule({ enabled: false, refPattern: 'x', tags: [] }), head(), true).reason).toBe('rule_disabled');
  });
});

describe('R3-N1 the rules of a project', () => {
  const costly = `**${'?*'.repeat(254)}Z`;
  const paths = Array.from({ length: 2_000 }, (_, at) => `${'a/'.repeat(300)}${at}Z`);
  const judged = (rules: readonly Rule[]) => atOnce(judgeAll(rules, head({ changedPaths: paths }), () => false));

  it('R3-N1 takes a rule for one that matches where its patterns take too much work, and says so', () => {
    const others = ['0', '1', '2', '3'].map((digit) => costly.replace('**?', `**${digit}`));
    const [cheap, verdict] = [
      judged([rule({ includePaths: ['**/no'] })]),
      judged([rule({ includePaths: others })]),
    ].flat();
    expect(cheap).toMatchObject({ matched: false, reason: 'paths_do_not_match' });
    expect(verdict).toMatchObject({ matched: true, reason: 'matched', tags: ['main', 'latest'] });
    expect(verdict!.explanation).toMatch(/too much work on 2,000 changed paths, so it counts as matching\. .*fewer/);
  });

  it('R3-N1 gives each rule a share, so that a costly one leaves the others as they are', () => {
    const verdicts = judged([
      rule({ includePaths: [costly], excludePaths: [costly] }),
      rule({ includePaths: ['docs/**'] }),
      rule({ includePaths: ['**/7Z'] }),
    ]);
    expect(verdicts.map(({ reason }) => reason)).toEqual(['matched', 'paths_do_not_match', 'matched']);
    expect(verdicts.map(({ explanation }) => explanation.includes('too much'))).toEqual([true, false, false]);
  });
});

describe('parseRef', () => {
  it('knows branches and tags by their full names only', () => {
    expect(
      ['refs/heads/a/b', 'refs/tags/v1', 'refs/heads/', 'refs/heads', 'heads/a', 'refs/pull/1/head', ''].map(parseRef),
    ).toEqual([{ kind: 'branch', name: 'a/b' }, { kind: 'tag', name: 'v1' }, null, null, null, null, null]);
  });
});
