import { describe, expect, it } from 'vitest';
import { isRepositoryName } from '../image/repository-name.js';
import { isTag } from '../image/tag.js';
import type { CachePolicy } from './cache-policy.js';
import { cacheExport, cacheImports, cacheReference, stagingRepository } from './cache-reference.js';
import { readableTarget, type Zone, zoneOf, zones } from './zone.js';

const projectId = '0192f0c0-0000-7000-8000-000000000001';

describe('zoneOf', () => {
  it.each<[string, boolean, Zone]>([
    ['refs/heads/main', false, 'protected'],
    ['refs/tags/v1', false, 'protected'],
    ['refs/heads/topic', false, 'branch'],
    ['refs/heads/main2', false, 'branch'],
    ['refs/heads/x/main', false, 'branch'],
    ['main', false, 'branch'],
    ['refs/heads/main', true, 'fork'],
    ['refs/tags/v1', true, 'fork'],
    ['refs/heads/topic', true, 'fork'],
  ])('%s, from a fork: %s → %s', (ref, fromFork, zone) => {
    expect(zoneOf({ ref, fromFork, defaultBranch: 'main', protectedBranches: [], protectedTags: ['**'] })).toBe(zone);
  });

  it.each<[string, boolean, Zone]>([
    ['refs/heads/main', false, 'protected'],
    ['refs/heads/release/1.x', false, 'protected'],
    ['refs/heads/release/1.x/hotfix', false, 'branch'],
    ['refs/heads/release', false, 'branch'],
    ['release/1.x', false, 'branch'],
    ['refs/heads/release/1.x', true, 'fork'],
  ])('with release/* protected: %s, from a fork: %s → %s', (ref, fromFork, zone) => {
    expect(
      zoneOf({ ref, fromFork, defaultBranch: 'main', protectedBranches: ['release/*'], protectedTags: ['**'] }),
    ).toBe(zone);
  });
});

it.each<[string, boolean, Zone]>([
  ['refs/tags/v1.2.3', false, 'protected'],
  ['refs/tags/nightly-1', false, 'branch'],
  ['refs/tags/v1.2.3', true, 'fork'],
  ['refs/heads/v1.2.3', false, 'branch'],
])('R5-C6 with the git tags v* protected: %s, from a fork: %s → %s', (ref, fromFork, zone) => {
  expect(zoneOf({ ref, fromFork, defaultBranch: 'main', protectedBranches: [], protectedTags: ['v*'] })).toBe(zone);
});

describe('readableTarget', () => {
  const rules = { defaultBranch: 'main', protectedBranches: ['release/*'], protectedTags: ['**'] };
  it.each<[string | null, Zone, string | null]>([
    ['refs/heads/release/1.x', 'branch', 'refs/heads/release/1.x'],
    ['refs/heads/release/1.x', 'fork', 'refs/heads/release/1.x'],
    ['refs/heads/release/1.x', 'protected', null],
    ['refs/heads/topic', 'fork', null],
    ['refs/tags/v1', 'fork', null],
    ['refs/heads/main', 'fork', null],
    [null, 'fork', null],
  ])('to be merged into %s, in zone %s: reads %s', (targetRef, zone, read) => {
    expect(readableTarget(targetRef, zone, rules)).toBe(read);
  });
});

/** A project that was never reset, and a build that is to be merged nowhere. */
const never = { cacheEpoch: 0, mainCacheEpoch: 0, targetRef: null, targetCacheEpoch: 0 } as const;

const place = (zone: Zone, ref: string, platform: string, epoch = 0) => ({ zone, ref, platform, epoch });

describe('cache references', () => {
  const platform = 'linux/amd64';
  const imports = (zone: Zone, ref: string, cachePolicy: CachePolicy = 'zone') =>
    cacheImports({ projectId, zone, ref, platform, cachePolicy, ...never }, 'main');

  it('of the protected branch that a build is to be merged into come between its own and the default branch’s', () => {
    const target = 'refs/heads/release/1.x';
    const user = { projectId, zone: 'fork', ref: 'refs/heads/topic', platform, cachePolicy: 'zone', ...never } as const;
    const reads = cacheImports({ ...user, targetRef: target, targetCacheEpoch: 3 }, 'main');
    expect(reads.map(({ zone, ref }) => `${zone} ${ref}`)).toEqual([
      'fork refs/heads/topic',
      'protected refs/heads/release/1.x',
      'protected refs/heads/main',
    ]);
    expect(reads[1]).toMatchObject(cacheReference(projectId, place('protected', target, platform, 3)));
    expect(cacheExport({ ...user, targetRef: target })).toEqual(cacheExport(user));
  });

  it('read the own one, then what protected wrote for the default branch', () => {
    const main = cacheReference(projectId, place('protected', 'refs/heads/main', 'linux/amd64'));
    expect(imports('protected', 'refs/heads/main')).toEqual([
      { ...main, role: 'own', zone: 'protected', ref: 'refs/heads/main', epoch: 0 },
    ]);
    expect(imports('branch', 'refs/heads/topic')).toMatchObject([
      cacheReference(projectId, place('branch', 'refs/heads/topic', 'linux/amd64')),
      main,
    ]);
    expect(imports('fork', 'refs/heads/main')).toMatchObject([
      cacheReference(projectId, place('fork', 'refs/heads/main', 'linux/amd64')),
      main,
    ]);
  });

  it('S-111 a protected build reads nothing that a branch or a fork can write', () => {
    const writable = ['branch', 'fork'].map((zone) => `cache/${projectId}/${zone}/`);
    for (const ref of ['refs/heads/main', 'refs/tags/v1'])
      for (const { repository } of imports('protected', ref))
        expect(writable.some((prefix) => repository.startsWith(prefix))).toBe(false);
  });

  it('are read as far as the rule allows, and written unless it wants none', () => {
    const main = imports('protected', 'refs/heads/main').map((read) => ({ ...read, role: 'main' }));
    expect(imports('branch', 'refs/heads/topic', 'protected_only')).toEqual(main);
    expect(imports('protected', 'refs/tags/v1', 'protected_only')).toEqual(imports('protected', 'refs/tags/v1'));
    const user = { projectId, platform, zone: 'protected', ref: 'refs/tags/v1', ...never } as const;
    expect(cacheExport({ ...user, cachePolicy: 'protected_only' })).toEqual(
      cacheReference(projectId, place('protected', 'refs/tags/v1', platform)),
    );
    expect(imports('protected', 'refs/tags/v1', 'none')).toEqual([]);
    expect(cacheExport({ ...user, cachePolicy: 'none' })).toBeNull();
  });

  it('differ by project, zone, ref and platform', () => {
    const references = new Set<string>();
    for (const project of [projectId, 'other'])
      for (const zone of zones)
        for (const ref of ['refs/heads/a', 'refs/heads/a/b', 'refs/tags/a'])
          for (const platform of ['linux/amd64', 'linux/arm64']) {
            const { repository, tag } = cacheReference(project, place(zone, ref, platform));
            references.add(`${repository}:${tag}`);
          }
    expect(references.size).toBe(2 * 3 * 3 * 2);
  });

  it('are others after a reset: a branch reads its own and the default branch’s, each as it is since its own', () => {
    const user = { projectId, zone: 'branch', ref: 'refs/heads/topic', platform, cachePolicy: 'zone' } as const;
    const reset = { ...user, ...never, cacheEpoch: 2, mainCacheEpoch: 1 };
    expect(cacheImports(reset, 'main')).toMatchObject([
      cacheReference(projectId, place('branch', 'refs/heads/topic', platform, 2)),
      cacheReference(projectId, place('protected', 'refs/heads/main', platform, 1)),
    ]);
    const own = cacheExport(reset)!;
    expect(own.repository).not.toBe(cacheExport({ ...user, ...never })!.repository);
    expect(isRepositoryName(own.repository)).toBe(true);
  });

  it('are valid names whatever the ref is called', () => {
    for (const ref of ['refs/heads/../../x', 'refs/heads/$(id)', `refs/heads/${'x'.repeat(1000)}`]) {
      const { repository, tag } = cacheReference(projectId, place('branch', ref, 'linux/arm64/v8'));
      expect([isRepositoryName(repository), isTag(tag)]).toEqual([true, true]);
    }
    expect(zones.every((zone) => isRepositoryName(stagingRepository(projectId, zone)))).toBe(true);
  });
});

describe('R2-H7 without a default branch', () => {
  const rules = { defaultBranch: null, protectedBranches: ['release/*'], protectedTags: ['**'] };

  it('R2-H7 only named branches and git tags are protected', () => {
    for (const name of ['main', 'null', 'undefined'])
      expect(zoneOf({ ref: `refs/heads/${name}`, fromFork: false, ...rules })).toBe('branch');
    expect(zoneOf({ ref: 'refs/heads/release/1', fromFork: false, ...rules })).toBe('protected');
    expect(zoneOf({ ref: 'refs/tags/v1', fromFork: false, ...rules })).toBe('protected');
  });

  it('R2-H7 a branch of any name that is protected can be read as a target', () => {
    const named = { defaultBranch: null, protectedBranches: ['null'], protectedTags: ['**'] };
    expect(readableTarget('refs/heads/null', 'branch', named)).toBe('refs/heads/null');
    expect(readableTarget('refs/heads/main', 'branch', named)).toBeNull();
  });
});
