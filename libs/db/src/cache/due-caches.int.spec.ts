import { HeldBlobs, type Zone } from '@cooperage/domain';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { CacheStoreRepository, CacheSweepRepository, Database, DueCacheRepository } from '../index.js';

let world: World;
let projectId: string;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(async () => {
  await world.reset();
  projectId = await world.project();
  await world.db.prisma.project.update({ where: { id: projectId }, data: { defaultBranch: 'main' } });
});
afterAll(() => world.close());

const dayMs = 86_400_000;
const buildId = '00000000-0000-0000-0000-000000000000';

interface Held {
  readonly zone: Zone;
  readonly ref: string;
  readonly layers?: readonly string[];
  readonly daysOld: number;
  readonly usedDaysAgo?: number | null;
}

/** Caches of layers of 100 bytes each; without layers nobody wrote them down. */
async function store(held: readonly Held[]): Promise<void> {
  const ago = (days: number) => new Date(Date.now() - days * dayMs);
  await world.db.prisma.cacheEntry.createMany({
    data: held.map(({ zone, ref, layers = [], daysOld, usedDaysAgo = null }) => ({
      ...{
        projectId,
        zone,
        ref: `refs/heads/${ref}`,
        platform: 'linux/amd64',
        epoch: 0,
        digest: ref,
        buildId,
        buildNumber: 1,
      },
      ...{ bytes: 100 * (layers.length || 1), blobDigests: [...layers], blobBytes: layers.map(() => 100n) },
      ...{ writtenAt: ago(daysOld), usedAt: usedDaysAgo === null ? null : ago(usedDaysAgo) },
    })),
  });
}
const refsOf = (places: readonly { ref: string }[]) => places.map(({ ref }) => ref.slice('refs/heads/'.length));
const heavy = async (budget: number) =>
  refsOf((await new DueCacheRepository(world.db).heavy(projectId, budget)).places);
const unused = async (days: number) =>
  refsOf(
    (await new DueCacheRepository(world.db).unused(projectId, days, { after: null, limit: 100 })).items,
  ).toSorted();

describe('what the budget of a project has no room for', () => {
  it('is strangers’ first, then of branches, then protected, the longest unused of each first, and what the default branch left never', async () => {
    await store([
      { zone: 'protected', ref: 'main', daysOld: 90 },
      { zone: 'protected', ref: 'v1', daysOld: 40 },
      { zone: 'branch', ref: 'old', daysOld: 50 },
      { zone: 'branch', ref: 'used', daysOld: 60, usedDaysAgo: 1 },
      { zone: 'fork', ref: 'stranger', daysOld: 0 },
    ]);
    expect(await heavy(500)).toEqual([]);
    expect(await heavy(499)).toEqual(['stranger']);
    expect(await heavy(250)).toEqual(['stranger', 'old', 'used']);
    expect(await heavy(0)).toEqual(['stranger', 'old', 'used', 'v1']);
  });

  it('is without the default branch’s all but the newest of the protected zone', async () => {
    await store([
      { zone: 'protected', ref: 'v1', daysOld: 3 },
      { zone: 'protected', ref: 'v2', daysOld: 2 },
    ]);
    expect(await heavy(0)).toEqual(['v1']);
  });

  it('counts layers that several need once, and takes nothing that frees nothing', async () => {
    await store([
      { zone: 'protected', ref: 'main', layers: ['base', 'main'], daysOld: 1 },
      { zone: 'branch', ref: 'a', layers: ['base'], daysOld: 9 },
      { zone: 'branch', ref: 'b', layers: ['base', 'pair', 'b'], daysOld: 8 },
      { zone: 'branch', ref: 'c', layers: ['base', 'pair', 'c'], daysOld: 7 },
    ]);
    // Counted for each they would weigh 900.
    expect(await heavy(500)).toEqual([]);
    expect(await heavy(499)).toEqual(['b']);
    expect(await heavy(300)).toEqual(['b', 'c']);
    expect(await heavy(0)).toEqual(['b', 'c']);
  });

  it('R4-P7 is read in parts, each of which goes by itself', async () => {
    const names = ['a', 'b', 'c', 'd'];
    await store(names.map((ref, at) => ({ zone: 'fork', ref, layers: [ref, 'all'], daysOld: 9 - at })));
    for (const most of [
      { entries: 2, blobs: 100 },
      { entries: 9, blobs: 4 },
      { entries: 9, blobs: 1 },
    ]) {
      const repository = new DueCacheRepository(world.db, { ...most, weighed: 100 });
      const { places, isPart } = await repository.heavy(projectId, 0);
      expect([refsOf(places), isPart]).toEqual([most.blobs === 1 ? ['a'] : ['a', 'b'], true]);
    }
    expect(await heavy(0)).toEqual(names);
  });

  it('is for projects of any make what has to go, and no more', async () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 15; round++) {
      await world.db.prisma.cacheEntry.deleteMany();
      const made = Array.from({ length: 1 + random(9) }, (_, at): Held => {
        const layers = Array.from({ length: random(5) }, () => `layer ${random(8)}`);
        return {
          zone: (['fork', 'branch', 'protected'] as const)[random(3)]!,
          ref: `r${at}`,
          layers: [...new Set(layers)],
          daysOld: random(50),
        };
      });
      await store(made);
      const held = made.map(({ ref, zone, layers = [] }) => ({
        ref,
        zone,
        bytes: 100,
        blobs: layers.map((digest) => ({ digest, bytes: 100 })),
      }));
      const sum = (some: typeof held) => new HeldBlobs(some).bytes;
      const budget = 100 * random(9);
      const gone = await heavy(budget);
      const left = held.filter(({ ref }) => !gone.includes(ref));
      if (sum(left) > budget) expect(left.filter(({ zone }) => zone === 'protected').length, `round ${round}`).toBe(1);
      for (const each of held.filter(({ ref }) => gone.includes(ref))) {
        expect(sum([...left, each])).toBeGreaterThan(budget);
        expect(sum([...left, each])).toBeGreaterThan(sum(left));
      }
    }
  });
});

describe('what no build has used for the days of a project', () => {
  it('goes, but what the default branch left never', async () => {
    await store([
      { zone: 'protected', ref: 'v1', daysOld: 50 },
      { zone: 'protected', ref: 'main', daysOld: 60 },
      { zone: 'branch', ref: 'used', daysOld: 60, usedDaysAgo: 5 },
      { zone: 'branch', ref: 'old', daysOld: 31 },
      { zone: 'fork', ref: 'young', daysOld: 29 },
    ]);
    expect(await unused(30)).toEqual(['old', 'v1']);
    expect(await unused(4)).toEqual(['old', 'used', 'v1', 'young']);
    expect(await unused(365)).toEqual([]);
  });

  it('R4-P7 is read in pages', async () => {
    await store(Array.from({ length: 5 }, (_, at): Held => ({ zone: 'branch', ref: `r${at}`, daysOld: 40 })));
    const due = new DueCacheRepository(world.db);
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const { items, next } = await due.unused(projectId, 30, { after, limit: 2 });
      expect(items.length).toBeLessThanOrEqual(2);
      seen.push(...refsOf(items));
      if (next === null) break;
      after = next;
    }
    expect(seen.toSorted()).toEqual(['r0', 'r1', 'r2', 'r3', 'r4']);
  });
});

describe('blobs of caches', () => {
  it('follow what is written of a cache, one without any counted as a blob of its own', async () => {
    const { prisma } = world.db;
    const weight = async () => (await new CacheStoreRepository(world.db).weight(projectId)).bytes;
    await store([
      { zone: 'branch', ref: 'a', layers: ['x', 'y'], daysOld: 1 },
      { zone: 'branch', ref: 'b', daysOld: 1 },
    ]);
    expect(await weight()).toBe(300);
    const ofB = { projectId, ref: 'refs/heads/b' };
    await prisma.cacheEntry.updateMany({ where: ofB, data: { bytes: 70 } });
    expect(await weight()).toBe(270);
    // A digest twice, and one without a size.
    await prisma.cacheEntry.updateMany({
      where: ofB,
      data: { blobDigests: ['y', 'z', 'z', 'w'], blobBytes: [100n, 5n, 5n] },
    });
    expect(await weight()).toBe(205);
    await prisma.cacheEntry.deleteMany({ where: { projectId, ref: 'refs/heads/a' } });
    expect(await weight()).toBe(105);
    await prisma.cacheEntry.deleteMany();
    expect(await prisma.cacheBlob.count()).toBe(0);
  });
});

describe('evictions', () => {
  /** Rows that are read to delete so many caches of layers that all of them need, and some that only one does. */
  async function rowsRead(caches: number): Promise<number> {
    await world.db.prisma.cacheEntry.deleteMany();
    const shared = ['shared a', 'shared b'];
    const own = (at: number) => [`own ${at}`];
    await store(
      Array.from(
        { length: caches },
        (_, at): Held => ({ zone: 'branch', ref: `r${at}`, layers: [...shared, ...own(at)], daysOld: 1 }),
      ),
    );
    await world.db.prisma.$executeRawUnsafe('ANALYZE cache_entry, cache_blob');
    const before = await read();
    // What a session has read is known when it ends.
    const db = new Database({ url: world.url, poolSize: 1, applicationName: 'evictions' });
    for (let at = 0; at < caches; at++) {
      const place = { zone: 'branch', ref: `refs/heads/r${at}`, platform: 'linux/amd64', epoch: 0 } as const;
      await new CacheSweepRepository(db).evicted(projectId, place, { why: 'budget' });
    }
    await db.close();
    await expect.poll(async () => (await read()).deleted - before.deleted).toBe(caches);
    return (await read()).rows - before.rows;
  }
  async function read(): Promise<{ rows: number; deleted: number }> {
    const client = new pg.Client({ connectionString: world.url });
    await client.connect();
    try {
      const { rows } = await client.query(`SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS rows,
        sum(n_tup_del) FILTER (WHERE relname = 'cache_entry')::int AS deleted
        FROM pg_stat_user_tables WHERE relname IN ('cache_entry', 'cache_blob')`);
      return rows[0];
    } finally {
      await client.end();
    }
  }

  it('R4-P7 read for twice as many caches at most two and a half times as much', async () => {
    const [half, whole] = [await rowsRead(200), await rowsRead(400)];
    expect(half).toBeGreaterThan(0);
    expect(whole).toBeLessThanOrEqual(2.5 * half);
    // Most were of the same layers: those went with the last one alone.
    const freed = await world.db.prisma.cacheEviction.findMany({ orderBy: { id: 'desc' }, take: 2 });
    expect(freed.map(({ freedBytes }) => Number(freedBytes))).toEqual([300, 100]);
  });
});
