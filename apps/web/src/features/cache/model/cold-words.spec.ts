import { describe, expect, it } from 'vitest';
import { coldSentence, warmCall } from './cold-words';

describe('a cold cache in words', () => {
  it.each([
    ['never', /^No build of main has left a cache/],
    ['reset', /^The cache of main was reset/],
    ['deleted', /^The cache of main was deleted from the registry/],
  ] as const)('says why: %s', (why, words) => {
    expect(coldSentence({ why, underWay: null }, 'main')).toMatch(words);
  });

  it('hides no letter of a name', () => {
    expect(coldSentence({ why: 'never', underWay: null }, 'ma\u202ein')).not.toContain('\u202e');
  });

  it('is warmed by a build of the default branch that runs every step', () => {
    expect(warmCall({ id: 'p', defaultBranch: 'trunk' })).toEqual({
      ...{ method: 'POST', path: '/projects/p/builds' },
      body: { ref: 'refs/heads/trunk', noCache: true },
    });
  });
});
