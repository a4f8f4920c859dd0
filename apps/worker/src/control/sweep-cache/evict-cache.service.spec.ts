import type { CacheSweepRepository, DueCacheRepository, OutboxItem } from '@cooperage/db';
import { createLogger } from '@cooperage/telemetry';
import { expect, it, vi } from 'vitest';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';
import { EvictCacheService } from './evict-cache.service.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const place = (ref: string) => ({ zone: 'branch', ref, platform: 'linux/amd64', epoch: 0 }) as const;

const weighed = { places: [place('weighed')], isPart: false, isWeighed: true };
const unweighed = { places: [place('first'), place('second')], isPart: true, isWeighed: false };

function evicting(heavy: () => Promise<unknown>) {
  const due = {
    limitsOf: async () => ({ unusedDays: null, budgetBytes: 1 }),
    heavy,
    firstToGo: async () => unweighed.places,
  };
  const evicted = vi.fn(async (_projectId: string, { ref }: { ref: string }) => ref);
  const session = { registry: { manifests: { head: async () => null } } } as unknown as PublisherSession;
  const sessions = {
    with: async (_id: string, work: (session: PublisherSession) => Promise<unknown>) => ({
      ok: true,
      value: await work(session),
    }),
  };
  const service = new EvictCacheService(
    { evicted } as unknown as CacheSweepRepository,
    due as unknown as DueCacheRepository,
    sessions as unknown as PublisherSessions,
    logger,
  );
  return {
    handle: () => service.handleLimits({ subjectId: 'p' } as OutboxItem),
    evicted: () => evicted.mock.calls.map(([, { ref }]) => ref),
  };
}

it('R7-B5 caches that cannot be weighed get fewer until they can be', async () => {
  const { handle, evicted } = evicting(vi.fn(async () => weighed as unknown).mockResolvedValueOnce(unweighed));
  expect(await handle()).toMatchObject({ done: true });
  expect(evicted()).toEqual(['first', 'second', 'weighed']);
});

it('V7-M3 one statement that takes too long deletes nothing', async () => {
  const tooLong = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
  const { handle, evicted } = evicting(vi.fn(async () => weighed as unknown).mockRejectedValueOnce(tooLong));
  await expect(handle()).rejects.toBe(tooLong);
  expect(evicted()).toEqual([]);
});
