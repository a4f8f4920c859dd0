import { syncStretchRatio } from '@cooperage/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheReference, hashOfRef } from './cache-reference.js';
import { cachesFromBefore, cachesToDrop, isLocalCacheName, localCacheName, type SweptReset } from './local-cache.js';
import { type Zone, zones } from './zone.js';

const projectId = '01890000-0000-7000-8000-000000000001';

describe('caches on the disk of a worker', () => {
  it('S-110 have a folder for each zone, branch and platform, whatever a branch is called', () => {
    const refs = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('..', '../../x', '/etc', '', '\0'));
    fc.assert(
      fc.property(fc.constantFrom(...zones), refs, fc.nat(), (zone, ref, epoch) => {
        const name = localCacheName(cacheReference(projectId, { zone, ref, platform: 'linux/arm64/v8', epoch }));
        expect(isLocalCacheName(name)).toBe(true);
        expect(name.startsWith(`${projectId}/${zone}/`)).toBe(true);
      }),
    );
    const names = zones.map((zone) =>
      localCacheName(cacheReference(projectId, { zone, ref: 'refs/heads/main', platform: 'linux/amd64', epoch: 0 })),
    );
    expect(new Set(names).size).toBe(zones.length);
  });

  it.each(['', '..', `${projectId}/fork`, `${projectId}/fork/../x`, `${projectId}/fork/${'0'.repeat(20)}/..`, '/etc'])(
    'S-110 %j is no such folder',
    (name) => expect(isLocalCacheName(name)).toBe(false),
  );

  it('are from before a reset where it covers them and they began with an older one', () => {
    const name = (zone: Zone, branch: string, epoch: number) =>
      localCacheName(cacheReference(projectId, { zone, ref: `refs/heads/${branch}`, platform: 'linux/amd64', epoch }));
    const all = { epoch: 2, zone: null, refHash: null };
    const isFromBefore = (cache: string, resets: SweptReset[]) => cachesFromBefore([cache], resets).length === 1;
    expect(isFromBefore(name('branch', 'topic', 0), [])).toBe(false);
    expect(isFromBefore(name('branch', 'topic', 0), [all])).toBe(true);
    expect(isFromBefore(name('fork', 'topic', 1), [all])).toBe(true);
    expect(isFromBefore(name('branch', 'topic', 2), [all])).toBe(false);
    expect(isFromBefore(name('branch', 'topic', 3), [all])).toBe(false);
    expect(isFromBefore(name('branch', 'topic', 0), [{ ...all, zone: 'fork' }])).toBe(false);
    const one = { ...all, zone: 'branch', refHash: hashOfRef('refs/heads/topic') } as const;
    expect(isFromBefore(name('branch', 'topic', 1), [one])).toBe(true);
    expect(isFromBefore(name('branch', 'other', 1), [one])).toBe(false);
    expect(isFromBefore(name('protected', 'topic', 1), [one])).toBe(false);
  });

  it('R11-1 are found in a moment among thousands of resets of other refs', async () => {
    const place = (ref: string, epoch = 0) =>
      localCacheName(cacheReference(projectId, { zone: 'branch', ref, platform: 'linux/amd64', epoch }));
    const names = Array.from({ length: 300 }, (_, at) => place(`refs/heads/${at}`));
    const other = (at: number) => `refs/heads/other-${at}`;
    const resets = Array.from({ length: 2_000 }, (_, at) => ({
      ...{ epoch: at + 1, zone: 'branch' as const, refHash: hashOfRef(other(at)) },
    }));
    const compare = () => cachesFromBefore([...names, place(other(7))], resets);
    expect(compare()).toEqual([place(other(7))]);
    // By pairs it is 600,000 comparisons.
    expect(await syncStretchRatio(compare)).toBeLessThan(50);
  });

  it('make room by what was longest unused, and never by what is in use', () => {
    const use = (name: string, bytes: number, usedAt: number, held = false) => ({
      ...{ name, bytes, files: bytes / 10, usedAt, held },
    });
    const caches = [use('new', 50, 3), use('old', 30, 1), use('held', 40, 0, true), use('middle', 20, 2)];
    const within = (bytes: number, files = 14) => cachesToDrop(caches, { bytes, files });
    expect(within(140)).toEqual([]);
    expect(within(139)).toEqual(['old']);
    expect(within(100)).toEqual(['old', 'middle']);
    expect(within(0)).toEqual(['old', 'middle', 'new']);
    // R11-3: what has few bytes in many files takes room as well.
    expect(within(140, 13)).toEqual(['old']);
    expect(within(100, 0)).toEqual(['old', 'middle', 'new']);
  });
});
