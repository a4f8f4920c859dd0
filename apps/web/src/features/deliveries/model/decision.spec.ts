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
  buildId: null,
  buildNumber: null,
  ...more,
});
const delivery = (more: Partial<DeliveryView>): DeliveryView =>
  ({ status: 'evaluated', note: null, failureCode: null, verdicts: [], ...more }) as DeliveryView;

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

it('never leaves a delivery without a word', () => {
  for (const status of ['received', 'evaluating', 'failed', 'ignored', 'evaluated'] as const) {
    expect(decisionOf(delivery({ status })).words).not.toBe('');
  }
  expect(decisionOf(delivery({ status: 'failed', failureCode: 'SourceAccessDenied' }))).toMatchObject({
    tone: 'bad',
    words: 'SourceAccessDenied',
  });
});
