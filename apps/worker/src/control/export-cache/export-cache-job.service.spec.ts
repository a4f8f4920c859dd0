import type { BuildNotes, OutboxItem, QuotaRepository, RegistryTokenRepository } from '@cooperage/db';
import type { JobSender } from '@cooperage/queue';
import { describe, expect, it, vi } from 'vitest';
import type { AttemptTokens } from '../tokens/attempt-tokens.js';
import { CacheQuota } from './cache-quota.js';
import { ExportCacheJobService } from './export-cache-job.service.js';

function bench(used: number, cacheBytes: number | null) {
  const ended = vi.fn(async () => undefined);
  const sent = vi.fn(async () => undefined);
  const quotas = { of: async () => ({ effective: { cacheBytes } }), usage: async () => ({ cacheBytes: used }) };
  const service = new ExportCacheJobService(
    { endCacheExport: ended } as unknown as BuildNotes,
    {
      needOfExport: async () => ({ lane: 'trusted', worker: 'w', organizationId: 'o' }),
    } as unknown as RegistryTokenRepository,
    { giveForExport: async () => undefined } as unknown as AttemptTokens,
    { send: sent } as unknown as JobSender,
    new CacheQuota(quotas as unknown as QuotaRepository),
    { of: async () => undefined },
  );
  const handle = (attempts: number) => service.handle({ subjectId: 'b', ageMs: 0, attempts } as OutboxItem);
  return { handle, ended, sent };
}

describe('the export of a cache', () => {
  it.each([
    ['no quota', 1e12, null],
    ['room', 999, 1_000],
  ] as const)('is handed to its builder where there is %s', async (_what, used, limit) => {
    const { handle, ended, sent } = bench(used, limit);
    expect(await handle(1)).toMatchObject({ done: false });
    expect([sent.mock.calls.length, ended.mock.calls.length]).toEqual([1, 0]);
  });

  it('R-M3 is skipped where the caches of the organization take as much as they may, and says so', async () => {
    const { handle, ended, sent } = bench(1_000, 1_000);
    expect(await handle(1)).toEqual({ done: true });
    expect(ended).toHaveBeenCalledWith('b', 'none', expect.stringMatching(/caches, 1000 B of 1000 B.*cache page/));
    expect(sent).not.toHaveBeenCalled();
  });

  it('R-M3 goes on once it has begun: what a builder writes is counted', async () => {
    const { handle, ended, sent } = bench(1_000, 1_000);
    expect(await handle(2)).toMatchObject({ done: false });
    expect([sent.mock.calls.length, ended.mock.calls.length]).toEqual([1, 0]);
  });
});
