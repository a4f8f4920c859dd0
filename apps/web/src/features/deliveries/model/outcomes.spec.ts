import { expect, it } from 'vitest';
import { proofWords, refusalWords, silenceSentence } from './outcomes';

it('says for how long a webhook was silent, in whole days', () => {
  const silence = { ref: 'refs/heads/main', lastDeliveryAt: '2026-11-01T10:00:00.000Z' };
  expect(silenceSentence({ ...silence, checkedAt: '2026-11-07T12:00:00.000Z' })).toBe(
    'No delivery for 6 days though main moved.',
  );
  expect(silenceSentence({ ...silence, checkedAt: '2026-11-02T12:00:00.000Z' })).toContain('for 1 day though');
});

it('keeps a word that it does not know', () => {
  expect([proofWords('hmac-sha256'), proofWords('new')]).toEqual(['signature', 'new']);
  expect([refusalWords('signature_missing').length > 20, refusalWords('new')]).toEqual([true, 'new']);
});
