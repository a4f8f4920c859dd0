import { expect, it } from 'vitest';
import { badgeOf, badgeSvg } from './badge.js';

const now = Date.parse('2026-11-24T12:00:00Z');
const facts = { visibility: 'public', status: 'succeeded', verified: true, verifiedAt: new Date(now - 3 * 86_400_000) };

it('says how the newest build ended', () => {
  const message = (status: string | null) => badgeOf({ ...facts, status }, 'status', now).message;
  expect([message('succeeded'), message('failed'), message('timed_out'), message(null)]).toEqual([
    'passing',
    'failing',
    'timed out',
    'unknown',
  ]);
});

it('says signed only after a verification, with its age', () => {
  expect(badgeOf(facts, 'signed', now)).toMatchObject({ message: 'signed, checked 3 days ago', tone: 'trust' });
  expect(badgeOf({ ...facts, verifiedAt: new Date(now) }, 'signed', now).message).toBe('signed, checked today');
  expect(badgeOf({ ...facts, verified: false }, 'signed', now)).toMatchObject({
    message: 'does not verify',
    tone: 'bad',
  });
  expect(badgeOf({ ...facts, verified: null, verifiedAt: null }, 'signed', now).message).toBe('unknown');
  expect(badgeOf(null, 'signed', now).message).toBe('unknown');
});

it('draws it wide enough, and nothing that could run', () => {
  const svg = badgeSvg(badgeOf(facts, 'signed', now));
  expect(svg).toMatch(/^<svg .*signed, checked 3 days ago.*<\/svg>$/);
  expect(svg).not.toMatch(/script|style=|href|onload/);
});
