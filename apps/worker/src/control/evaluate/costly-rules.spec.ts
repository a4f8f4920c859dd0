import { type Rule, wallVerdicts } from '@cooperage/domain';
import { syncStretchRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { judgeRules } from './judge-rules.js';
import { askOf } from './trigger-of.js';

/** Five times what a server has anyhow. */
const mostStretch = 5;
/** What the contract allows: rules of a project, patterns of each kind and templates of a rule, protected branches, characters. */
const most = { rules: 100, patterns: 50, tags: 20, branches: 50, characters: 512, paths: 10_000 };

const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
/** Matches nothing, and says so only at the end. */
const costly = (at: number, end: string) => `**${'?*'.repeat((most.characters - 6) / 2)}${at % 10}${end}`;
const rule = (at: number, change: Partial<Rule>): Rule => ({
  ...{ id: `${at}`, name: `rule ${at}`, enabled: true, refKind: 'branch', refPattern: '**', cachePolicy: 'zone' },
  ...{ includePaths: [], excludePaths: [], tags: ['{{branch}}'] },
  ...change,
});
const head = (name: string, changedPaths: readonly string[] | null) => ({
  ...{ ref: `refs/heads/${name}`, commit: 'c'.repeat(40), defaultBranch: 'main', changedPaths },
  zone: 'branch' as const,
});
const ask = askOf({ eventName: 'push', replayOf: null, sender: 'ada', body: Buffer.from('{}') });

describe('R3-N1 rules that are as costly as they may be', () => {
  const paths = many(most.paths, (at) => `${'folder/'.repeat(80)}${at}Z`);

  it('R3-N1 let others in while changed paths are compared', async () => {
    const rules = many(most.rules, (at) =>
      rule(at, {
        includePaths: many(most.patterns, (pattern) => costly(pattern, 'Z')),
        excludePaths: many(most.patterns, (pattern) => costly(pattern, 'Y')),
      }),
    );
    const work = async () => {
      const verdicts = await judgeRules(rules, head('topic', paths), ask, new Set());
      expect(verdicts).toHaveLength(most.rules);
    };
    expect(await syncStretchRatio(work)).toBeLessThan(mostStretch);
  });

  it('R3-N1 let others in while tags of others are looked for', async () => {
    const rules = many(most.rules, (at) =>
      rule(at, { tags: many(most.tags, (tag) => `r${at}-${tag}-{{branch}}{{branch}}`) }),
    );
    const protectedBranches = many(most.branches, (at) => `*${'?*'.repeat(50)}${at}`);
    const topic = head('t'.repeat(60), null);
    const wall = { ...topic, rules, protectedBranches, protectedTags: ['**'], held: new Map() };
    const verdicts = await judgeRules(rules, topic, ask, new Set());
    const work = async () => {
      const walled = await wallVerdicts(verdicts, 'branch', wall);
      expect(walled.verdicts).toHaveLength(most.rules);
    };
    expect(await syncStretchRatio(work)).toBeLessThan(mostStretch);
  });

  it.each([
    ['long', (at: number) => `**${'?'.repeat(500)}繁${at}`],
    ['of many folders', (at: number) => `**${'/?'.repeat(250)}${at}`],
  ])('R8-B1 let others in while protected git tags are prepared whose patterns are %s', async (_what, pattern) => {
    const tags = many(most.tags, (at) => `{{tag}}-{{tag}}-{{tag}}x${'y'.repeat(190)}${at}`);
    const rules = many(most.rules, (at) =>
      at === 0 ? rule(0, { tags: ['{{branch}}'] }) : rule(at, { refKind: 'tag', refPattern: `**${at}`, tags }),
    );
    const topic = head('topic', null);
    const protection = { protectedBranches: [], protectedTags: many(most.patterns, pattern) };
    const wall = { ...topic, ...protection, rules, held: new Map() };
    const verdicts = await judgeRules(rules, topic, ask, new Set());
    const work = async () => {
      const { verdicts: walled } = await wallVerdicts(verdicts, 'branch', wall);
      expect(walled[0]!.tags).toEqual(['topic']);
    };
    expect(await syncStretchRatio(work)).toBeLessThan(mostStretch);
  });
});
