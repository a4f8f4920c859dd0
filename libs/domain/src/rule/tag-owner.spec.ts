import { describe, expect, it } from 'vitest';
import { type HeldTag, namingsOf, otherOwner, ownerOf, type TagNaming } from './tag-owner.js';

const commit = `abcdef0${'1'.repeat(33)}`;
/** Begins with the same seven digits. */
const twin = `abcdef0${'2'.repeat(33)}`;
const release = { ref: 'refs/tags/v1.2.3', commit, defaultBranch: 'main' };

const held = (naming: TagNaming, ref: string, change: Partial<HeldTag> = {}): HeldTag => {
  return { zone: 'protected', owner: ownerOf(naming, { ref, commit }), ref, commit, ...change };
};
const wanted = (naming: TagNaming, ref: string, of = commit) => ({
  owner: ownerOf(naming, { ref, commit: of }),
  ref,
  commit: of,
});

describe('R5-C6 a tag that names a git tag or a commit', () => {
  it.each<[string, TagNaming]>([
    ['{{tag}}', 'ref'],
    ['v-{{ version }}', 'ref'],
    ['{{major}}.{{minor}}.{{patch}}', 'ref'],
    ['{{major}}.{{minor}}', 'neither'],
    ['{{major}}', 'neither'],
    ['stable', 'neither'],
    ['{{sha}}', 'commit'],
    ['{{tag}}-{{sha}}', 'commit'],
  ])('R5-C6 is known by its template: %s names %s', (template, naming) => {
    expect([...namingsOf([template], release).values()]).toEqual([naming]);
  });

  it('R5-C6 names the narrower of two templates that make the same tag, and nothing for one that makes none', () => {
    expect(namingsOf(['v1.2.3', '{{tag}}', '{{branch}}'], release)).toEqual(new Map([['v1.2.3', 'ref']]));
    expect(namingsOf(['{{tag}}', 'v1.2.3'], release)).toEqual(new Map([['v1.2.3', 'ref']]));
    expect(namingsOf(['{{sha}}', 'abcdef0'], release)).toEqual(new Map([['abcdef0', 'commit']]));
    expect(namingsOf(['{{branch}}'], { ...release, ref: 'refs/heads/x' })).toEqual(new Map([['x', 'ref']]));
  });

  it.each<[string, HeldTag, ReturnType<typeof wanted>, 'ref' | 'commit' | null]>([
    ['another git tag', held('ref', 'refs/tags/v1/2'), wanted('ref', 'refs/tags/v1-2'), 'ref'],
    ['the same one', held('ref', 'refs/tags/v1'), wanted('ref', 'refs/tags/v1', twin), null],
    [
      'another git tag that names it, where rules hand it on',
      held('neither', 'refs/heads/main'),
      wanted('ref', 'refs/tags/stable'),
      'ref',
    ],
    [
      'a rule that hands it on, where a git tag is called so',
      held('ref', 'refs/tags/1'),
      wanted('neither', 'refs/tags/v1.9.0'),
      'ref',
    ],
    [
      'nobody where the rules hand it on',
      held('neither', 'refs/heads/main'),
      wanted('neither', 'refs/tags/v1.9.0'),
      null,
    ],
    [
      'the ref that has it, by another template',
      held('neither', 'refs/heads/main'),
      wanted('ref', 'refs/heads/main'),
      null,
    ],
    [
      'another branch, where none is protected',
      held('ref', 'refs/heads/a/b', { zone: 'branch' }),
      wanted('ref', 'refs/heads/a-b'),
      null,
    ],
    ['another commit', held('commit', 'refs/heads/main'), wanted('commit', 'refs/heads/main', twin), 'commit'],
    [
      'another commit of a branch',
      held('commit', 'refs/heads/a', { zone: 'branch' }),
      wanted('commit', 'refs/heads/a', twin),
      'commit',
    ],
    ['the same commit on another ref', held('commit', 'refs/heads/main'), wanted('commit', 'refs/heads/next'), null],
    [
      'the commit that a person pointed it to',
      held('neither', 'refs/heads/main'),
      wanted('commit', 'refs/heads/main'),
      null,
    ],
    [
      'a commit that is not its own',
      held('neither', 'refs/heads/main'),
      wanted('commit', 'refs/heads/main', twin),
      'commit',
    ],
    ['a branch that is called like it', held('commit', 'refs/heads/main'), wanted('ref', 'refs/heads/main'), 'commit'],
    [
      'a ref whose build is gone',
      held('ref', 'refs/tags/v1', { ref: null }),
      wanted('neither', 'refs/heads/main'),
      'ref',
    ],
  ])('R5-C6 asked for by %s', (_who, tag, asked, other) => {
    expect(otherOwner(tag, asked)).toBe(other);
  });
});

it('R8-B7 the tag of a commit is moved by its own commit where nobody noted what the tag names', () => {
  const ref = 'refs/heads/topic';
  expect(otherOwner(held('commit', ref), wanted('neither', ref))).toBeNull();
  expect(otherOwner(held('commit', ref), wanted('neither', ref, twin))).toBe('commit');
  expect(otherOwner(held('commit', ref), wanted('ref', ref))).toBe('commit');
});
