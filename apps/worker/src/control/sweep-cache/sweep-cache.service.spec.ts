import type { CacheSweepRepository, OutboxItem } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { describe, expect, it } from 'vitest';
import type { PublisherSessions } from '../publish/publisher-session.js';
import { SweepCacheService } from './sweep-cache.service.js';

describe('emptying the registry after a reset', () => {
  it('looks again soon while a build from before may still write, and less often the longer that takes', async () => {
    const sweeps = {
      openReset: async () => ({ projectId: 'p', epoch: 1 }),
      writersBefore: async () => 1,
    } as unknown as CacheSweepRepository;
    const sessions = { with: async () => ({ ok: true }) } as unknown as PublisherSessions;
    const service = new SweepCacheService(sweeps, sessions, { deleteBefore: async () => undefined }, {} as Logger);
    const waits = [1, 2, 10, 500].map(async (attempts) => service.handle({ subjectId: 'r', attempts } as OutboxItem));
    expect(await Promise.all(waits)).toEqual(
      [1_000, 2_000, 10_000, 30_000].map((retryInMs) => expect.objectContaining({ done: false, retryInMs })),
    );
  });
});
