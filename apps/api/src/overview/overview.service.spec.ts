import type { OverviewQuery } from '@cooperage/contracts';
import { expect, it } from 'vitest';
import type { Principal } from '../auth/principal.js';
import { OverviewService } from './overview.service.js';

const nothing = async () => [];

/** A service of which the statements that walk over builds stand until they are let go. */
function bench() {
  const underWay: (() => void)[] = [];
  const walk = <T>(answer: T) => new Promise<T>((resolve) => underWay.push(() => resolve(answer)));
  const overview = { active: nothing, builders: nothing, stuckLoops: nothing, brokenDefaultBranches: nothing };
  const service = new OverviewService(
    { ...overview, unverifiedImages: nothing, failingHooks: nothing, expiringTokens: nothing } as never,
    { days: () => walk([]) } as never,
    { any: () => walk(false), named: nothing } as never,
    { failing: nothing } as never,
    { list: nothing } as never,
    { look: async () => null } as never,
    { warnings: nothing } as never,
  );
  const ask = (userId: string, organization: string, query: OverviewQuery, times: number) => {
    const memberships = [{ organizationId: organization }];
    const principal = { userId, name: userId, email: '', administrator: false, memberships } as unknown as Principal;
    return Array.from({ length: times }, () => service.get(principal, query));
  };
  return { underWay, ask };
}

it.each([
  ['of whom the scope is asked', {}],
  ['of which the days are read', { scope: 'all' }],
] as const)(
  'R9-A8 walks over builds for two overviews of one person at a time, and four of one organization: %s',
  async (_what, query) => {
    const { underWay, ask } = bench();
    const asked = ask('ada', 'acme', query, 8);
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    await settled();
    expect(underWay).toHaveLength(2);
    asked.push(...ask('bob', 'acme', query, 8));
    await settled();
    expect(underWay).toHaveLength(4);
    asked.push(...ask('eve', 'rival', query, 8));
    await settled();
    expect(underWay).toHaveLength(5);
    let hasEnded = false;
    const all = Promise.all(asked).finally(() => {
      hasEnded = true;
    });
    while (!hasEnded) {
      for (const letGo of underWay.splice(0)) letGo();
      await settled();
    }
    expect((await all).every(({ scope }) => scope === 'all')).toBe(true);
  },
);
