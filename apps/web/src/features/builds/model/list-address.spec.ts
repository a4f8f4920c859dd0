import { expect, it } from 'vitest';
import { listAddress, listHref, withTerm } from './list-address';

it('reads a filter, and what addresses said before there was one', () => {
  expect(listAddress({ filter: 'is:failed', group: 'commit', cursor: 'c' })).toEqual({
    filter: 'is:failed',
    group: 'commit',
    cursor: 'c',
  });
  expect(listAddress({ status: 'timed_out', ref: 'refs/heads/a "b"', commit: 'abcdef0' }).filter).toBe(
    'is:timed-out ref:"refs/heads/a \\"b\\"" commit:abcdef0',
  );
  expect(listAddress({ group: 'x', status: 'x' })).toEqual({ filter: '', group: null, cursor: null });
});

it('writes addresses without what is not said', () => {
  expect(listHref('/builds', ' ')).toBe('/builds');
  expect(listHref('/builds', 'title:"a b"', 'failure')).toBe('/builds?filter=title%3A%22a+b%22&group=failure');
});

it('adds a term once', () => {
  expect(withTerm('', 'is:failed')).toBe('is:failed');
  expect(withTerm('is:failed author:me', 'is:failed')).toBe('is:failed author:me');
});
