import { describe, expect, it } from 'vitest';
import { whyNoTagsByHand } from './tags-by-hand.js';

const rule = { enabled: true, refKind: 'branch', refPattern: 'main' } as const;
const releases = { enabled: true, refKind: 'tag', refPattern: 'v*' } as const;

describe('tags of a build that a person starts', () => {
  it('R5-C2 are those of the rule where it is for the protected ref', () => {
    expect(whyNoTagsByHand(rule, 'refs/heads/main', 'protected')).toBeNull();
    expect(whyNoTagsByHand(releases, 'refs/tags/v1.0.0', 'protected')).toBeNull();
  });

  it.each([
    ['is switched off', { ...rule, enabled: false }, 'refs/heads/main', 'switched off'],
    ['is for branches', rule, 'refs/tags/main', 'is for a branch'],
    ['is for git tags', { ...releases, refPattern: '**' }, 'refs/heads/main', 'is for a tag'],
    ['is for another branch', rule, 'refs/heads/release', 'release does not match main'],
    ['is for other git tags', releases, 'refs/tags/1.0.0', '1.0.0 does not match v*'],
  ])('R5-C2 are none for a protected ref where the rule %s, with the reason', (_what, other, ref, why) => {
    expect(whyNoTagsByHand(other, ref, 'protected')).toContain(why);
  });

  it('are those of any rule for a branch that is not protected, whose tags are walled', () => {
    expect(whyNoTagsByHand({ ...releases, enabled: false }, 'refs/heads/topic', 'branch')).toBeNull();
  });
});
