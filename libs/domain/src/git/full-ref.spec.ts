import { describe, expect, it } from 'vitest';
import { isCommitId, isFullRef } from './full-ref.js';

describe('isFullRef', () => {
  it.each(['-h', '--exec=x', 'a;id', '$(id)', '`id`', 'feature/\u202etxt', 'zero\u200bwidth', 'ü', "'", '"', '@'])(
    'S-022 keeps the odd but legal branch %j',
    (name) => expect(isFullRef(`refs/heads/${name}`)).toBe(true),
  );

  it.each([
    'a\nb',
    'a\0b',
    'a b',
    'a\x7fb',
    'a..b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[b',
    'a\\b',
    'a@{1}',
    '.a',
    'a/.b',
    'a.lock',
    'a.lock/b',
    'a.',
    'a/',
    '/a',
    '',
    'x'.repeat(4000),
    '\ud800',
  ])('S-022 refuses %j, which git forbids or which is too long', (name) =>
    expect(isFullRef(`refs/heads/${name}`)).toBe(false),
  );

  it('takes branches and tags only', () => {
    expect(isFullRef('refs/tags/v1.0.0')).toBe(true);
    for (const value of ['main', 'HEAD', 'refs/pull/1/head', 'refs/heads', '--upload-pack=x'])
      expect(isFullRef(value)).toBe(false);
  });
});

describe('isCommitId', () => {
  it('takes 40 lower-case hex digits that are not all zero', () => {
    expect(isCommitId('0123456789abcdef0123456789abcdef01234567')).toBe(true);
    for (const value of [
      '',
      'HEAD',
      '0'.repeat(40),
      'A'.repeat(40),
      'a'.repeat(39),
      'a'.repeat(41),
      `${'a'.repeat(40)}\n`,
    ])
      expect(isCommitId(value)).toBe(false);
  });
});
