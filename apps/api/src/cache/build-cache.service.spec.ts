import type { BuildDetails, BuildRelations, CacheFactsRepository, ProjectRepository } from '@cooperage/db';
import { describe, expect, it, vi } from 'vitest';
import type { Principal } from '../auth/principal.js';
import { BuildCacheService } from './build-cache.service.js';

const principal = { memberships: [] } as unknown as Principal;

describe('BuildCacheService', () => {
  it('R2-H1 explains builds of one organization two at a time, and refuses what would wait behind too many', async () => {
    const release: (() => void)[] = [];
    const find = vi.fn(() => new Promise<null>((resolve) => release.push(() => resolve(null))));
    const build = { attempts: [], noCache: true, zone: 'protected', ref: 'refs/heads/main', cachePolicy: 'none' };
    const service = new BuildCacheService(
      { find: async () => ({ ...build, projectId: 'p', organizationId: 'o' }) } as unknown as BuildDetails,
      {} as BuildRelations,
      { find, earlier: async () => [] } as unknown as CacheFactsRepository,
      { find: async () => ({ defaultBranch: 'main' }) } as unknown as ProjectRepository,
    );
    const asked = Array.from({ length: 9 }, () => service.get(principal, 'b'));
    const ends = Promise.allSettled(asked);
    // V-3: none waits longer than the server of the pages does.
    await expect(asked[8]).rejects.toMatchObject({ code: 'rate_limited', options: { retryAfterSeconds: 5 } });
    expect(find).toHaveBeenCalledTimes(2);
    for (let at = 0; at < 8; at++) {
      await expect.poll(() => release.length).toBeGreaterThan(at);
      release[at]!();
    }
    expect((await ends).filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
  });
});
