import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Zone } from '../cache/zone.js';
import { atOnce } from '../share/in-turns.js';
import { renderTags } from './tag-template.js';
import { leftOutMessage, type TagWall, wallInSlices } from './tag-wall.js';

const branches = (refPattern: string, ...tags: string[]) =>
  ({ id: refPattern, enabled: true, refKind: 'branch', refPattern, tags }) as const;
const releases = (refPattern: string, ...tags: string[]) =>
  ({ id: refPattern, enabled: true, refKind: 'tag', refPattern, tags }) as const;
const first = [branches('**', '{{branch}}', '{{default}}'), releases('v*', '{{version}}', '{{tag}}')];
const wall = (change: Partial<TagWall> = {}): TagWall => ({
  ...{ rules: first, defaultBranch: 'main', protectedBranches: [], protectedTags: ['**'], held: new Map() },
  ...{ ref: 'refs/heads/topic', commit: 'a'.repeat(40) },
  ...change,
});
/** The tag belongs to main, which hands it on. */
const owned = (tag: string) =>
  new Map([[tag, { zone: 'protected', owner: null, ref: 'refs/heads/main', commit: 'b'.repeat(40) } as const]]);
const wallTags = (tags: readonly string[], zone: Zone, rules: TagWall) => {
  const verdict = {
    ruleId: 'r',
    ruleName: 'r',
    matched: true,
    reason: 'matched',
    explanation: 'It matches.',
    tags,
  } as const;
  const { verdicts, leftOut } = atOnce(wallInSlices([verdict], zone, rules));
  return { tags: verdicts[0]!.tags, leftOut: leftOut.get('r') ?? [], words: verdicts[0]!.explanation };
};
const kept = (tag: string, change: Partial<TagWall> = {}) => wallTags([tag], 'branch', wall(change)).tags.length === 1;

describe('R-H5 the wall between zones', () => {
  it.each(['latest', 'main', '1.2.3', 'v1.2.3', '1.2.3-rc.1', 'v1', 'v1.2'])(
    'R-H5 keeps %s from a branch, whether or not anything has it yet',
    (tag) => {
      expect(wallTags([tag], 'branch', wall())).toMatchObject({
        ...{ tags: [], leftOut: [{ tag, reason: 'reserved_for_protected' }] },
      });
      expect(wallTags([tag], 'branch', wall({ held: owned(tag) })).leftOut).toEqual([
        { tag, reason: 'owned_by_protected' },
      ]);
      expect(wallTags([tag], 'protected', wall({ held: owned(tag) }))).toMatchObject({ tags: [tag], leftOut: [] });
    },
  );

  it.each(['refs/heads/!main', 'refs/heads/-main', 'refs/heads/@main'])(
    'R-H5 gives no tag of the default branch to %s, whose name has to be changed to become a tag',
    (ref) => {
      const tags = renderTags(['{{branch}}'], { ref, commit: 'a'.repeat(40), defaultBranch: 'main' });
      expect(tags).toEqual(['main']);
      expect(wallTags(tags, 'branch', wall()).tags).toEqual([]);
    },
  );

  it.each(['topic', 'feature-x', 'main2', 'vendor', 'vue', 'version-two', 'latest-fix', '2', 'release-1.x'])(
    'leaves %s to a branch',
    (tag) => {
      expect(kept(tag, { rules: [first[0]!, releases('v*', '{{tag}}')] })).toBe(true);
    },
  );

  it('R-H5 keeps what an owner has, though no rule would give it', () => {
    expect(kept('stable')).toBe(true);
    expect(kept('stable', { held: owned('stable') })).toBe(false);
  });

  it('R-H5 keeps the names of protected branches, by pattern and in any rule’s words', () => {
    const protectedBranches = ['release/*', 'lts/**/x', 'next'];
    const rules = [branches('**', '{{branch}}', 'b-{{branch}}'), branches('next', 'edge')];
    const has = (tag: string) => kept(tag, { rules, protectedBranches });
    for (const tag of ['release-1.x', 'b-release-1', 'next', 'edge', 'lts-a-x', 'lts-x', 'main'])
      expect(has(tag)).toBe(false);
    for (const tag of ['released', 'release', 'other', 'b-other', 'nexts']) expect(has(tag)).toBe(true);
  });

  it('keeps nothing for rules that are switched off, or that no protected ref can match', () => {
    const off = { ...first[1]!, enabled: false };
    expect(kept('1.2.3', { rules: [first[0]!, off] })).toBe(true);
    expect(kept('latest', { rules: [branches('develop', 'latest')] })).toBe(true);
    expect(kept('dev', { rules: [branches('feature/*', 'dev')], protectedBranches: ['release'] })).toBe(true);
  });

  describe('R5-C6 the wall between protected refs', () => {
    const other = 'b'.repeat(40);
    const rules = [{ ...releases('v*', '{{version}}', '{{tag}}', '{{major}}', '{{sha}}'), id: 'r' }];
    const ofRelease = (ref: string, owner: string | null) =>
      ({ zone: 'protected', owner, ref, commit: other }) as const;

    it('R5-C6 a new git tag takes no image tag that another one owns, and says so', () => {
      const ref = 'refs/tags/v1-2';
      const held = new Map([['v1-2', ofRelease('refs/tags/v1/2', 'refs/tags/v1/2')]]);
      const { tags, leftOut, words } = wallTags(['v1-2'], 'protected', wall({ rules, ref, held }));
      expect([tags, leftOut]).toEqual([[], [{ tag: 'v1-2', reason: 'owned_by_other_ref' }]]);
      expect(words).toContain('The tag v1-2 is left out: it belongs to another git tag or protected branch.');
    });

    it('R5-C6 a git tag that moved takes its own again, and what the rules hand on', () => {
      const ref = 'refs/tags/v1.9.0';
      const held = new Map([
        ['1.9.0', ofRelease(ref, ref)],
        ['1', ofRelease('refs/tags/v1.8.0', null)],
      ]);
      expect(wallTags(['1.9.0', '1'], 'protected', wall({ rules, ref, held })).tags).toEqual(['1.9.0', '1']);
    });

    it.each(['protected', 'branch'] as const)('R5-C6 no commit takes the tag of another in the zone %s', (zone) => {
      const ref = 'refs/tags/v2.0.0';
      const held = new Map([['aaaaaaa', { ...ofRelease(ref, other), zone }]]);
      expect(wallTags(['aaaaaaa'], zone, wall({ rules, ref, held })).leftOut).toEqual([
        { tag: 'aaaaaaa', reason: 'owned_by_other_commit' },
      ]);
    });

    it('R5-C6 a protected ref takes a tag from a branch, whatever it names', () => {
      const ref = 'refs/tags/v1-2';
      const held = new Map([['v1-2', { ...ofRelease('refs/heads/v1-2', 'refs/heads/v1-2'), zone: 'branch' as const }]]);
      expect(wallTags(['v1-2'], 'protected', wall({ rules, ref, held })).tags).toEqual(['v1-2']);
    });
  });

  describe('R5-C5 a tag that names a commit', () => {
    const own = (...tags: string[]) => ({ ...branches('**', ...tags), id: 'r' });
    const commit = `abcdef0${'1'.repeat(33)}`;

    it.each(['1234567', 'deadbee', 'main-1234567', 'v-1234567', '1234567-1234567', 'r1.2.3-1234567'])(
      'R5-C5 %s is left out for a branch that is called like it',
      (tag) => {
        const ofMain = branches('main', '{{sha}}', '{{branch}}-{{sha}}', 'v-{{sha}}', '{{sha}}-{{sha}}');
        const rules = [own('{{branch}}'), ofMain, releases('v*', 'r{{version}}-{{sha}}')];
        expect(wallTags([tag], 'branch', wall({ rules, commit })).leftOut).toEqual([
          { tag, reason: 'reserved_for_protected' },
        ]);
      },
    );

    it('R5-C5 is left out for protected branches by pattern and for releases, and not where no protected ref has such', () => {
      const has = (tag: string, ...rules: TagWall['rules']) =>
        kept(tag, { rules: [own('{{branch}}'), ...rules], protectedBranches: ['release/*'], commit });
      expect(has('release-1-1234567', branches('**', '{{branch}}-{{sha}}'))).toBe(false);
      expect(has('1234567', releases('v*', '{{sha}}'))).toBe(false);
      expect(has('1234567')).toBe(true);
      expect(has('1234567', branches('topic', '{{sha}}'))).toBe(true);
    });

    it('R5-C5 is the own one of a build whose rule says so', () => {
      const rules = [own('{{branch}}', '{{sha}}', '{{branch}}-{{sha}}')];
      const tags = renderTags(rules[0]!.tags, { ref: 'refs/heads/topic', commit, defaultBranch: 'main' });
      expect(tags).toEqual(['topic', 'abcdef0', 'topic-abcdef0']);
      expect(wallTags(tags, 'branch', wall({ rules, commit })).tags).toEqual(tags);
      expect(wallTags(['1234567'], 'branch', wall({ rules, commit })).tags).toEqual([]);
    });

    it.each(['feature', 'topic', 'abcdef', 'main-123456', 'main-12345678', 'xmain-1234567', 'ABCDEF0'])(
      'leaves %s to a branch, which no commit is called',
      (tag) => {
        expect(kept(tag, { rules: [own('{{branch}}'), branches('main', '{{sha}}', '{{branch}}-{{sha}}')] })).toBe(true);
      },
    );
  });

  it('R5-C6 keeps only what protected git tags become, where not all of them are', () => {
    const rules = [releases('**', '{{tag}}', '{{version}}'), releases('nightly-*', 'nightly')];
    const has = (tag: string) => kept(tag, { rules, protectedTags: ['v*'] });
    for (const tag of ['v1.2.3', 'v1', '1.2.3']) expect(has(tag)).toBe(false);
    for (const tag of ['2024.01', 'nightly', 'nightly-1']) expect(has(tag)).toBe(true);
    expect(kept('v1.2.3', { rules, protectedTags: [] })).toBe(true);
  });

  it('R-H5 keeps what templates of releases become, with text around them', () => {
    const rules = [releases('release-*', '{{tag}}', 'r{{major}}.{{minor}}', 'stable')];
    for (const tag of ['release-2024', 'r1.2', 'stable']) expect(kept(tag, { rules })).toBe(false);
    for (const tag of ['r1', 'rx.y', 'stables', 'v1.2.3']) expect(kept(tag, { rules })).toBe(true);
    expect(kept('once', { rules: [releases('once', '{{tag}}')] })).toBe(false);
    expect(kept('1.2.3.4', { rules: [releases('*', '{{major}}.{{minor}}.{{patch}}.{{major}}')] })).toBe(false);
  });

  it('R-H5 a branch never gets a tag that a build of the default branch or of a git tag gets by the same rules', () => {
    const names = fc.constantFrom(
      'main',
      '!main',
      'v1.2.3',
      '1.2.3',
      'latest',
      'feature/x',
      'x',
      'v2.0.0-rc.1',
      '-main',
      'V1',
    );
    const templates = fc.subarray([
      '{{branch}}',
      '{{default}}',
      'x-{{branch}}',
      'fixed',
      '{{tag}}',
      '{{version}}',
      'v{{major}}.{{minor}}',
    ]);
    fc.assert(
      fc.property(names, names, templates, templates, (branch, tag, ofBranch, ofTag) => {
        const rules = [branches('**', ...ofBranch), releases('**', ...ofTag)];
        const input = { commit: 'a'.repeat(40), defaultBranch: 'main' };
        const theirs = [
          ...renderTags(ofBranch, { ...input, ref: 'refs/heads/main' }),
          ...(/^v?\d/.test(tag) ? renderTags(ofTag, { ...input, ref: `refs/tags/${tag}` }) : []),
        ];
        fc.pre(branch !== 'main');
        const own = renderTags(ofBranch, { ...input, ref: `refs/heads/${branch}` });
        const { tags } = wallTags(own, 'branch', wall({ rules }));
        expect(tags.filter((one) => theirs.includes(one))).toEqual([]);
      }),
    );
  });

  it('takes no long time, whatever a template is', () => {
    const hostile = [
      releases('**', '{{version}}'.repeat(20), '{{major}}'.repeat(25)),
      branches('**', '{{branch}}'.repeat(20)),
    ];
    const tags = Array.from({ length: 50 }, () => `${'1'.repeat(60)}.${'-1'.repeat(30)}!`);
    expect(
      wallTags(tags, 'branch', wall({ rules: hostile, protectedBranches: ['*'.repeat(500)] })).tags.length,
    ).toBeLessThanOrEqual(50);
  });

  it('R3-N1 leaves a tag out where it takes too much work to tell whose it is, and says what to do', () => {
    const rules = Array.from({ length: 50 }, (_, at) => branches('**', `{{branch}}r${at}{{branch}}`));
    const protectedBranches = Array.from({ length: 50 }, (_, at) => `*${'?*'.repeat(50)}${at}`);
    const tags = Array.from({ length: 500 }, (_, at) => `${'x'.repeat(120)}${at}`);
    const walled = wallTags(tags, 'branch', wall({ rules, protectedBranches }));
    expect(walled.tags.length).toBeLessThan(500);
    expect(walled.leftOut.at(-1)).toEqual({ tag: tags.at(-1), reason: 'rules_too_costly' });
    expect(walled.words).toContain('too much work');
    expect(walled.words).toContain('fewer wildcards');
  });

  it('says why to a person', () => {
    expect(leftOutMessage({ tag: 'latest', reason: 'reserved_for_protected' })).toContain(
      'kept for a protected branch',
    );
    expect(leftOutMessage({ tag: 'latest', reason: 'owned_by_protected' })).toContain('belongs to a protected branch');
  });
});
