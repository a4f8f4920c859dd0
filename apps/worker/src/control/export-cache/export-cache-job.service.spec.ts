import type { BuildNotes, OutboxItem, QuotaRepository, RegistryTokenRepository } from '@cooperage/db';
import type { JobSender } from '@cooperage/queue';
import { describe, expect, it, vi } from 'vitest';
import { done } from '../outbox/outbox-loop.js';
import type { AttemptTokens } from '../tokens/attempt-tokens.js';
import { CacheQuota } from './cache-quota.js';
import { ExportCacheJobService } from './export-cache-job.service.js';

function bench(used: number, cacheBytes: number | null, isNeeded = () => true) {
  const ended = vi.fn(async () => undefined);
  const sent = vi.fn(async () => undefined);
  const measured = vi.fn(async () => done);
  const before = vi.fn(async () => undefined);
  const quotas = { of: async () => ({ effective: { cacheBytes } }), usage: async () => ({ cacheBytes: used }) };
  const service = new ExportCacheJobService(
    { endCacheExport: ended } as unknown as BuildNotes,
    {
      needOfExport: async () => (isNeeded() ? { lane: 'trusted', worker: 'w', organizationId: 'o' } : null),
    } as unknown as RegistryTokenRepository,
    { giveForExport: async () => undefined } as unknown as AttemptTokens,
    { send: sent } as unknown as JobSender,
    new CacheQuota(quotas as unknown as QuotaRepository),
    { of: measured, before },
  );
  const handle = (attempts: number, ageMs = 0) => service.handle({ subjectId: 'b', ageMs, attempts } as OutboxItem);
  return { handle, ended, sent, measured, before };
}

describe('the export of a cache', () => {
  it.each([
    ['no quota', 1e12, null],
    ['room', 999, 1_000],
  ] as const)('is handed to its builder where there is %s', async (_what, used, limit) => {
    const { handle, ended, sent, before } = bench(used, limit);
    expect(await handle(1)).toMatchObject({ done: false });
    expect([sent.mock.calls.length, ended.mock.calls.length]).toEqual([1, 0]);
    expect(before.mock.invocationCallOrder[0]).toBeLessThan(sent.mock.invocationCallOrder[0]!);
  });

  it('R2-N14 is measured when it is over, also where its builder said nothing of its end', async () => {
    let isNeeded = true;
    const { handle, ended, measured } = bench(0, null, () => isNeeded);
    expect(await handle(20, 16 * 60_000)).toMatchObject({ done: false });
    expect(ended).toHaveBeenCalledWith('b', 'failed', expect.stringMatching(/in time/));
    expect(measured).not.toHaveBeenCalled();
    isNeeded = false;
    expect(await handle(21, 26 * 60_000)).toEqual({ done: true });
    expect(measured).toHaveBeenCalledWith('b', undefined);
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
