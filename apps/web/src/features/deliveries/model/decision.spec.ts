import type { DeliveryView, VerdictView } from '@cooperage/contracts';
import { expect, it } from 'vitest';
import { decisionOf } from './decision';

const verdict = (more: Partial<VerdictView>): VerdictView => ({
  ruleId: null,
  ruleName: 'main',
  matched: false,
  reason: 'ref_does_not_match',
  explanation: 'dev does not match main.',
  tags: [],
  tagsLeftOut: 0,
  buildId: null,
  buildNumber: null,
  ...more,
});
const delivery = (more: Partial<DeliveryView>): DeliveryView =>
  ({ status: 'evaluated', note: null, failureCode: null, verdicts: [], verdictsLeftOut: 0, ...more }) as DeliveryView;

it('names the builds that came of it', () => {
  const decision = decisionOf(delivery({ verdicts: [verdict({}), verdict({ matched: true, buildNumber: 128 })] }));
  expect(decision).toEqual({ tone: 'good', words: 'built', builds: [128] });
});

it('says why nothing came of it', () => {
  expect(decisionOf(delivery({ verdicts: [verdict({})] })).words).toBe('dev does not match main.');
  expect(decisionOf(delivery({ verdicts: [verdict({}), verdict({})] })).words).toBe('none of 2 rules matched');
  expect(decisionOf(delivery({})).words).toBe('the project has no rule');
  expect(decisionOf(delivery({ status: 'ignored', note: 'A ping starts nothing.' })).words).toBe(
    'A ping starts nothing.',
  );
});

it('R4-P5 counts the verdicts that a list leaves out, and says where there may be more builds', () => {
  const without = delivery({ verdicts: [verdict({})], verdictsLeftOut: 90 });
  expect(decisionOf(without).words).toBe('none of 91 rules matched');
  const built = [verdict({ buildNumber: 1 }), verdict({ buildNumber: 2 })];
  expect(decisionOf(delivery({ verdicts: built, verdictsLeftOut: 3 }))).toMatchObject({
    builds: [1, 2],
    mayHaveMore: true,
  });
  const some = delivery({ verdicts: [...built, verdict({})], verdictsLeftOut: 3 });
  expect(decisionOf(some)).toEqual({ tone: 'good', words: 'built', builds: [1, 2] });
});

it('never leaves a delivery without a word', () => {
  for (const status of ['received', 'evaluating', 'failed', 'ignored', 'evaluated'] as const) {
    expect(decisionOf(delivery({ status })).words).not.toBe('');
  }
  expect(decisionOf(delivery({ status: 'failed', failureCode: 'SourceAccessDenied' }))).toMatchObject({
    tone: 'bad',
    words: 'SourceAccessDenied',
  });
});
