import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import type { BuildRecord } from '../build/build-record.js';
import { CacheMeasureRepository, CacheSweepRepository, QuotaRepository, ReplacedCacheRepository } from '../index.js';

const base = { digest: 'base', bytes: 1_000 };
const blob = (digest: string, bytes: number) => ({ digest, bytes });

describe('a cache entry that gets another digest', () => {
  let world: World;
  let organizationId: string;
  let projectId: string;
  let build: BuildRecord;
  beforeAll(async () => {
    world = await World.open();
  });
  beforeEach(async () => {
    await world.reset();
    organizationId = await world.organization();
    projectId = await world.project(organizationId);
    build = await world.build(projectId);
  });
  afterAll(() => world.close());

  const place = () => ({ zone: build.zone, ref: build.ref, platform: build.platform, epoch: 0 });
  const store = (digest: string, blobs: { digest: string; bytes: number }[]) =>
    new CacheMeasureRepository(world.db).store(
      { projectId, ...place(), buildId: build.id, number: build.number },
      { digest, blobs },
    );
  const rows = async () => {
    const found = await world.db.prisma.cacheReplaced.findMany({ where: { projectId }, orderBy: { digest: 'asc' } });
    return found.map(({ digest, bytes }) => [digest, Number(bytes)]);
  };
  const usage = async () => (await new QuotaRepository(world.db).usage(organizationId)).cacheBytes;

  it('R17B-1 notes the old one, which counts for the blobs that the new one does not have', async () => {
    await store('a', [base, blob('layer-a', 10)]);
    await store('b', [base, blob('layer-b', 20)]);
    expect(await rows()).toEqual([['a', 10]]);
    expect(await usage()).toBe(1_030);
    // Measured again: the same manifest.
    await store('b', [base, blob('layer-b', 25)]);
    expect(await rows()).toEqual([['a', 10]]);
    await store('c', [blob('layer-c', 1)]);
    expect(await rows()).toEqual([
      ['a', 10],
      ['b', 1_025],
    ]);
    expect(await usage()).toBe(1_036);
  });

  it('R17B-1 notes one no more that is put back', async () => {
    await store('a', [base, blob('layer-a', 10)]);
    await store('b', [base, blob('layer-b', 20)]);
    await store('a', [base, blob('layer-a', 10)]);
    expect(await rows()).toEqual([['b', 20]]);
    expect(await usage()).toBe(1_030);
  });

  it('R18C-3 weighs one TiB at most, whatever its builder has said of its parts', async () => {
    const parts = Array.from({ length: 10 }, (_, at) => blob(`${at}`, 2 ** 40));
    await store('a', [base]);
    await world.db.prisma.cacheEntry.updateMany({
      data: { blobDigests: parts.map(({ digest }) => digest), blobBytes: parts.map(({ bytes }) => BigInt(bytes)) },
    });
    await store('b', [base]);
    expect(await rows()).toEqual([['a', 2 ** 40]]);
  });

  it('R17B-1 waits for no row that a builder holds', async () => {
    for (const digest of ['a', 'b', 'c']) await store(digest, [base]);
    await world.db.prisma.cacheReplaced.updateMany({ data: { lookAt: new Date(0) } });
    const replaced = new ReplacedCacheRepository(world.db);
    const { items } = await replaced.due(projectId, { after: null, limit: 10 });
    await world.db.transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM cache_replaced WHERE digest = 'a' FOR UPDATE`;
      await replaced.forgetCurrent(projectId);
      await replaced.putOff(items, 1_000);
      await replaced.gone(items);
    });
    expect((await rows()).map(([digest]) => digest)).toEqual(['a']);
  });

  it('R17B-1 takes all off again with its project', async () => {
    await store('a', [base, blob('layer-a', 10)]);
    await store('b', [base, blob('layer-b', 20)]);
    await world.db.prisma.project.delete({ where: { id: projectId } });
    expect(await usage()).toBe(0);
  });

  it('R17B-1 leaves what is not deleted with its reference, to be deleted next', async () => {
    await store('a', [base]);
    const sweeps = new CacheSweepRepository(world.db);
    await sweeps.evicted(projectId, place(), { why: 'budget' }, ['another']);
    expect(await rows()).toEqual([['a', 1_000]]);
    expect(await usage()).toBe(1_000);
    const replaced = new ReplacedCacheRepository(world.db);
    const due = async () => (await replaced.due(projectId, { after: null, limit: 10 })).items;
    expect(await due()).toMatchObject([{ digest: 'a' }]);
    await replaced.putOff(await due(), 60_000);
    expect(await due()).toEqual([]);
    await store('b', [base]);
    await sweeps.evicted(projectId, place(), { why: 'budget' }, ['b']);
    expect(await rows()).toEqual([['a', 1_000]]);
  });

  it('R19B-3 keeps an entry that names another one where only what was deleted goes', async () => {
    await store('a', [base]);
    const sweeps = new CacheSweepRepository(world.db);
    const why = { why: 'unreadable', keepsOthers: true } as const;
    const log = () => world.db.prisma.cacheEviction.findMany({ where: { projectId }, select: { digest: true } });
    await sweeps.evicted(projectId, place(), why, ['another']);
    expect(await usage()).toBe(1_000);
    expect([await rows(), await log()]).toEqual([[], []]);
    await sweeps.evicted(projectId, place(), why, ['a']);
    expect(await usage()).toBe(0);
    expect(await log()).toEqual([{ digest: 'a' }]);
  });

  it('R17B-1 forgets what another platform of the same repository has', async () => {
    await store('a', [base]);
    await store('b', [base]);
    const other = { projectId, ...place(), platform: 'linux/arm64', buildId: build.id, buildNumber: build.number };
    await world.db.prisma.cacheEntry.create({ data: { ...other, digest: 'a', bytes: 1n } });
    await new ReplacedCacheRepository(world.db).forgetCurrent(projectId);
    expect(await rows()).toEqual([]);
  });
});
