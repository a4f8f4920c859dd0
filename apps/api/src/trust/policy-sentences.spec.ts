import type { PublicKeyRecord } from '@cooperage/db';
import { expect, it } from 'vitest';
import { policySentences } from './policy-sentences.js';

const now = new Date('2026-11-24T12:00:00Z');
const key = (end: string, change: Partial<PublicKeyRecord> = {}): PublicKeyRecord => ({
  ...{ id: `01970000-0000-7000-8000-0000${end}`, projectId: 'p', state: 'signing', publicKeyPem: 'pem', hint: 'h' },
  ...{ createdAt: now, retiredAt: null, verifyUntil: null },
  ...change,
});
const textOf = (...keys: PublicKeyRecord[]) => {
  const facts = { project: 'https://c.example/p/a/b', defaultBranch: 'main', remoteUrl: 'https://git.example/a.git' };
  const { sentences, satisfiable } = policySentences({ ...facts, builder: 'https://c.example/builders/x', keys, now });
  return { satisfiable, text: sentences.map(({ text }) => text).join('\n') };
};

it('names the key that signs and those that still count', () => {
  const until = new Date('2026-12-01T00:00:00Z');
  const { text, satisfiable } = textOf(
    key('11111111'),
    key('22222222', { state: 'verify_only', verifyUntil: until }),
    key('33333333', { state: 'verify_only', verifyUntil: new Date('2026-11-01T00:00:00Z') }),
    key('44444444', { state: 'revoked' }),
  );
  expect(satisfiable).toBe(true);
  expect(text).toContain('default branch main and of every other ref must be signed by the key 11111111');
  expect(text).toContain('earlier key 22222222 count until 2026-12-01');
  expect(text).not.toMatch(/33333333|44444444/);
});

it('says that nothing satisfies it while no key counts', () => {
  expect(textOf(key('44444444', { state: 'revoked' }))).toMatchObject({
    satisfiable: false,
    text: expect.stringContaining('nothing satisfies this'),
  });
});
