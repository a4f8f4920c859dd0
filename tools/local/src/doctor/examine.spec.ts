import { describe, expect, it } from 'vitest';
import type { FoundTool } from '../toolchain/tools.ts';
import { externalRedis, goFinding, ownRedis } from './examine.ts';

describe("the doctor's finding about a Redis that somebody else runs", () => {
  it('R12A-2 names the version to upgrade to, and stays ready', () => {
    expect(externalRedis('7.2.4')).toEqual({
      part: 'Redis',
      state: 'ready',
      where: 'REDIS_URL',
      version: '7.2.4',
      advice:
        'Redis 7.2.4 has known security holes in its scripts: upgrade to 7.2.16 or later, unless its distribution has mended this version',
    });
  });

  it('R12A-2 has no advice for a sound version', () => {
    expect(externalRedis('8.2.10')).toEqual({ part: 'Redis', state: 'ready', where: 'REDIS_URL', version: '8.2.10' });
  });

  it('is missing when nothing answers at its address', () => {
    expect(externalRedis(undefined)).toMatchObject({ state: 'missing', advice: expect.stringContaining('REDIS_URL') });
  });
});

describe("the doctor's finding about a Redis of the launcher", () => {
  const finding = { part: 'Redis', state: 'ready', where: '/redis-server', version: '7.0.15' } as const;
  const redis = { path: '/redis-server', version: '7.0.15' } as const;

  it('R12A-2 has no advice where Debian has mended the version', () => {
    expect(ownRedis(finding, { ...redis, origin: 'cache' })).toEqual(finding);
  });

  it('R12A-2 says that its updates are lacking, and why', () => {
    const lack = 'tools lack the updates of bookworm-security';
    expect(ownRedis(finding, { ...redis, origin: 'cache', lack })).toEqual({ ...finding, advice: lack });
  });

  it("R12A-2 names the version to upgrade to where it is the machine's own", () => {
    expect(ownRedis(finding, { ...redis, origin: 'machine' }).advice).toMatch(
      /^Redis 7\.0\.15 has known security holes .* unless its distribution has mended this version$/,
    );
  });

  it('waits for a Redis that is not obtained yet', () => {
    expect(ownRedis({ ...finding, state: 'obtainable' }, undefined)).toEqual({ ...finding, state: 'obtainable' });
  });
});

describe("the doctor's finding about Go", () => {
  const go: FoundTool = { path: '/opt/go/bin/go', version: '1.26.8', origin: 'machine' };

  it('says where it is', () => {
    expect(goFinding(go, undefined, false)).toEqual({
      part: 'Go',
      state: 'ready',
      where: '/opt/go/bin/go',
      version: '1.26.8',
    });
  });

  it('says that it will be obtained', () => {
    expect(goFinding(undefined, undefined, false)).toMatchObject({
      state: 'obtainable',
      where: expect.stringContaining("Debian's package"),
    });
  });

  it('is missing where it cannot be had, with what to do', () => {
    expect(goFinding(undefined, 'this is not Debian', false)).toMatchObject({
      state: 'missing',
      advice: 'this is not Debian',
    });
  });

  it('misses nothing once BuildKit is built', () => {
    expect(goFinding(undefined, 'this is not Debian', true)).toMatchObject({ state: 'ready' });
  });
});
