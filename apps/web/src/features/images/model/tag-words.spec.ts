import type { TagPlanView } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { moverOf, planWords, tagUseWords } from './tag-words';

const digest = (letter: string) => `sha256:${letter.repeat(64)}` as TagPlanView['to']['digest'];
const plan: TagPlanView = {
  tag: 'stable',
  kind: 'forward',
  from: { digest: digest('a'), buildNumber: 3 },
  to: { digest: digest('b'), buildNumber: 5 },
  verified: true,
};

describe('the words for a move of a tag', () => {
  it('say what moves from where to where', () => {
    expect(planWords(plan)).toEqual({
      text: 'stable moves from sha256:aaaaaaaaaaaa of build #3 to sha256:bbbbbbbbbbbb of build #5.',
      possible: true,
    });
    expect(planWords({ ...plan, kind: 'new', from: null }).text).toMatch(/^stable is new\./);
  });

  it.each([
    [{ kind: 'backward' as const }, /^Tags move only forward: stable points to .* of build #3/],
    [{ kind: 'late' as const }, /^Build #5 built a commit behind the newest one of its ref/],
    // R23A-2: a tag that waits for a release.
    [{ kind: 'late' as const, from: null }, /^Build #5 built a commit behind/],
    [{ kind: 'same' as const }, /already/],
    [{ verified: false }, /did not pass/],
    // V7-L2: also where it is new, and whatever is known of the image.
    [{ kind: 'deleting' as const, from: null, verified: false }, /deletion of this image has begun/],
    // R5-C7: the tag of a deleted image.
    [{ kind: 'protected' as const, from: null }, /belongs to protected branches and releases/],
  ])('refuse %j', (change, words) => {
    const { text, possible } = planWords({ ...plan, ...change });
    expect(text).toMatch(words);
    expect(possible).toBe(false);
  });

  it('name a person before a build', () => {
    expect(moverOf({ movedBy: 'Ada', buildNumber: 3 })).toBe('by hand by Ada');
    expect(moverOf({ movedBy: null, buildNumber: 3 })).toBe('by build #3');
    expect(moverOf({ movedBy: null, buildNumber: null })).toBe('by a build');
  });
});

describe('V9B-M2 the words for how many tags a project has', () => {
  const use = (all: 'ok' | 'near' | 'reached', unprotected: 'ok' | 'near' | 'reached') =>
    tagUseWords({
      all: { used: 31_000, limit: 50_000, state: all },
      unprotected: { used: 30_000, limit: 37_500, state: unprotected },
    });

  it('say both numbers, and nothing more while there is room', () => {
    expect(use('ok', 'ok')).toEqual({
      text: '31,000 of 50,000 tags; 30,000 of 37,500 of branches and releases that are not protected.',
      ...{ warning: null, reached: false },
    });
  });

  it.each([
    ['ok', 'near', /^80 % or more are used\. .* Delete images/, false],
    ['near', 'ok', /^80 % or more are used\. /, false],
    ['near', 'reached', /^Limit reached\. Builds of what is not protected are published without new tags\. /, true],
    ['reached', 'near', /^Limit reached\. Builds are published without new tags\. /, true],
  ] as const)('warn where all are %s and what is not protected is %s', (all, unprotected, words, reached) => {
    const found = use(all, unprotected);
    expect(found.warning).toMatch(words);
    expect(found.reached).toBe(reached);
  });
});
