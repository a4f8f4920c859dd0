import { describe, expect, it } from 'vitest';
import { externalRedis } from './examine.ts';

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
