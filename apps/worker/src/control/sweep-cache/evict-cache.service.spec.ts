import type { CacheSweepRepository, DueCacheRepository, OutboxItem } from '@cooperage/db';
import { RegistryError } from '@cooperage/oci';
import { createLogger } from '@cooperage/telemetry';
import { expect, it, vi } from 'vitest';
import { done } from '../outbox/outbox-loop.js';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';
import { EvictCacheService } from './evict-cache.service.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const replaced = { deleteDue: async () => done, deleteOfRef: async () => done };
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
    replaced,
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

const broken = new RegistryError('unavailable', 'the registry cannot do it now', { status: 500 });
const away = new RegistryError('unavailable', 'the registry cannot be reached', { code: 'ECONNREFUSED' });

/** A prune of some refs, of which the registry answers some looks with an error. */
function pruning(refs: readonly string[], answer: (looks: number) => RegistryError | null) {
  const evicted = new Set<string>();
  const [ended, head] = [vi.fn(), vi.fn()];
  const sweeps = {
    openPrune: async () => ({ projectId: 'p', places: refs.filter((ref) => !evicted.has(ref)).map(place) }),
    endPrune: ended,
    evicted: async (_projectId: string, { ref }: { ref: string }) => evicted.add(ref),
  };
  head.mockImplementation(async () => {
    const error = answer(head.mock.calls.length);
    if (error) throw error;
    return null;
  });
  const session = { registry: { manifests: { head } }, signal: new AbortController().signal };
  const sessions = {
    with: async (_id: string, work: (s: unknown) => Promise<unknown>) => ({ ok: true, value: await work(session) }),
  };
  const service = new EvictCacheService(
    sweeps as unknown as CacheSweepRepository,
    {} as DueCacheRepository,
    sessions as unknown as PublisherSessions,
    replaced,
    logger,
  );
  const turn = (failures: number) =>
    service.handlePrune({ subjectId: 'p', failures } as OutboxItem).catch((error: unknown) => error);
  return { turn, evicted: () => [...evicted], ended, head };
}

it('V12B-5 a prune passes over a cache whose registry answers with an error, and ends with the rest', async () => {
  const { turn, evicted, ended } = pruning(['first', 'second', 'third'], (looks) => (looks === 1 ? broken : null));
  expect(await turn(0)).toBe(broken);
  expect(evicted()).toEqual(['second', 'third']);
  expect(ended).not.toHaveBeenCalled();
  expect(await turn(1)).toMatchObject({ done: true });
  expect(evicted()).toEqual(['second', 'third', 'first']);
  expect(ended).toHaveBeenCalledOnce();
});

it('V12B-5 a prune that fails each time ends with what it did', async () => {
  const { turn, ended } = pruning(['first'], () => broken);
  expect(await turn(28)).toBe(broken);
  expect(ended).not.toHaveBeenCalled();
  expect(await turn(29)).toMatchObject({ done: true });
  expect(ended).toHaveBeenCalledOnce();
  const silent = pruning(['first'], () => away);
  expect(await silent.turn(29)).toMatchObject({ done: true });
});

it('V12B-5 a prune asks a registry that answers nothing, or only errors, a few times at most', async () => {
  const refs = Array.from({ length: 30 }, (_, at) => `ref-${at}`);
  const silent = pruning(refs, () => away);
  expect(await silent.turn(0)).toBe(away);
  expect(silent.head).toHaveBeenCalledTimes(1);
  const failing = pruning(refs, () => broken);
  expect(await failing.turn(0)).toBe(broken);
  expect(failing.head).toHaveBeenCalledTimes(11);
});
