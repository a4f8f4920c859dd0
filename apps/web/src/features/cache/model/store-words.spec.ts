import { expect, it } from 'vitest';
import { causeWords, readerWords, scopeWords, sharersWords, shareWords } from './store-words';

it('says what a reset covers', () => {
  expect(scopeWords({ zone: null, ref: null })).toBe('the whole project');
  expect(scopeWords({ zone: 'fork', ref: null })).toBe('the fork zone');
  expect(scopeWords({ zone: 'branch', ref: 'refs/heads/topic' })).toBe('topic in the branch zone');
});

it('says who reads an entry', () => {
  const main = { zone: 'protected', ref: 'refs/heads/main', readByAll: true } as const;
  expect(readerWords(main)).toBe('builds of main, and those of every other ref that has none of its own');
  expect(readerWords({ zone: 'protected', ref: 'refs/heads/release/1.x', readByAll: false })).toBe(
    'builds of release/1.x, and those to be merged into it',
  );
  expect(readerWords({ zone: 'protected', ref: 'refs/tags/v1', readByAll: false })).toBe('builds of v1');
  expect(readerWords({ zone: 'branch', ref: 'refs/heads/topic', readByAll: false })).toBe('builds of topic');
  expect(readerWords({ zone: 'fork', ref: 'refs/heads/main', readByAll: false })).toBe('strangers’ builds of this ref');
});

it('says why a cache was deleted', () => {
  expect(causeWords({ why: 'budget', unusedDays: null })).toBe('the budget of the project');
  expect(causeWords({ why: 'unused', unusedDays: 30 })).toBe('unused for 30 days');
});

it('says what of a cache only it holds, and with whom it shares the rest', () => {
  expect(shareWords({ aloneBytes: 1_048_576, sharedBytes: 2_097_152 })).toBe('alone 1.0 MiB, shared 2.0 MiB');
  expect(shareWords({ aloneBytes: 5, sharedBytes: 0 })).toBeNull();
  expect(shareWords({ aloneBytes: null, sharedBytes: null })).toBeNull();
  const place = { zone: 'protected', ref: 'refs/heads/main', platform: 'linux/amd64', epoch: 0 } as const;
  expect(sharersWords([{ ...place, bytes: 2_048 }])).toBe('main (protected, 2.0 KiB)');
});
