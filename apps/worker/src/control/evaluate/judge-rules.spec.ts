import type { Rule } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { judgeRules } from './judge-rules.js';
import { askOf } from './trigger-of.js';

const commit = 'c'.repeat(40);
const rule = (id: string, refPattern: string): Rule => ({
  id,
  name: id,
  enabled: true,
  refKind: 'branch',
  refPattern,
  includePaths: [],
  excludePaths: [],
  tags: ['{{branch}}'],
  cachePolicy: 'zone',
});
const head = {
  ...{ ref: 'refs/heads/main', commit, defaultBranch: 'main', changedPaths: null },
  zone: 'protected',
} as const;
const topic = { ...head, ref: 'refs/heads/topic', zone: 'branch' } as const;
const delivery = (change: object = {}) => ({
  eventName: 'push',
  replayOf: null,
  sender: 'ada',
  body: Buffer.from('{}'),
  ...change,
});

describe('what a delivery asks for', () => {
  it('is a push for which a commit that was built is not built again', async () => {
    const ask = askOf(delivery());
    expect(ask).toMatchObject({ trigger: 'push', triggeredBy: 'ada', deduplicate: true });
    const [first, second] = await judgeRules([rule('a', 'main'), rule('b', '*')], head, ask, new Set(['a']));
    expect(first).toMatchObject({ matched: false, reason: 'already_built' });
    expect(second).toMatchObject({ matched: true, tags: ['main'] });
  });

  it('is a replay, which builds again what was built', async () => {
    const ask = askOf(delivery({ replayOf: 'd1' }));
    expect(ask.trigger).toBe('replay');
    expect((await judgeRules([rule('a', 'main')], head, ask, new Set(['a'])))[0]).toMatchObject({
      matched: true,
    });
  });

  it('is one rule by hand, whether or not it would match', async () => {
    const body = Buffer.from(JSON.stringify({ ruleId: 'b', actor: 'bob' }));
    const ask = askOf(delivery({ eventName: 'manual', body }));
    const verdicts = await judgeRules([rule('a', 'main'), rule('b', 'other')], topic, ask, new Set());
    expect(verdicts).toHaveLength(1);
    expect(verdicts[0]).toMatchObject({
      ruleId: 'b',
      matched: true,
      tags: ['topic'],
      explanation: 'bob started this build by hand.',
    });
  });

  it.each([
    ['its own rule', rule('b', 'main'), ['main'], 'bob started this build by hand.'],
    ['a rule of another branch', rule('b', 'other'), [], 'gets no tag. main does not match other.'],
    ['a rule of git tags', { ...rule('b', '**'), refKind: 'tag' } as const, [], 'is for a tag'],
    ['a rule that is switched off', { ...rule('b', 'main'), enabled: false }, [], 'switched off'],
  ])('R5-C2 is a protected branch by hand with %s', async (_what, chosen, tags, words) => {
    const body = Buffer.from(JSON.stringify({ ruleId: 'b', actor: 'bob' }));
    const ask = askOf(delivery({ eventName: 'manual', body }));
    const [verdict] = await judgeRules([chosen], head, ask, new Set());
    expect(verdict).toMatchObject({ matched: true, tags, explanation: expect.stringContaining(words) });
  });

  it('is strangers’ code by hand, and never by what a forge says', async () => {
    const body = Buffer.from(JSON.stringify({ ruleId: null, zone: 'fork', actor: 'bob' }));
    expect(askOf(delivery({ eventName: 'manual', body })).fromFork).toBe(true);
    expect(askOf(delivery({ body })).fromFork).toBe(false);
    const plain = Buffer.from(JSON.stringify({ ruleId: null, actor: 'bob' }));
    expect(askOf(delivery({ eventName: 'manual', body: plain })).fromFork).toBe(false);
  });

  it('is no rule by hand: an image by digest only', async () => {
    const body = Buffer.from(JSON.stringify({ ruleId: null, actor: 'bob' }));
    const [verdict] = await judgeRules(
      [rule('a', 'main')],
      head,
      askOf(delivery({ eventName: 'manual', body })),
      new Set(),
    );
    expect(verdict).toMatchObject({ matched: true, tags: [] });
  });
});
