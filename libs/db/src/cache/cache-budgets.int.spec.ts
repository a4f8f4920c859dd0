import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { CacheBudgets, Database, DueCacheRepository } from '../index.js';

let world: World;
let hasty: Database;
beforeAll(async () => {
  world = await World.open();
  hasty = new Database({ url: world.url, poolSize: 2, applicationName: 'test' });
});
afterAll(async () => {
  await hasty.close();
  await world.close();
});

/** A project with two caches that share one layer, of 100 bytes each. */
async function project(budget: number): Promise<string> {
  const id = await world.project();
  const { prisma } = world.db;
  await prisma.project.update({ where: { id }, data: { cacheBudgetBytes: budget } });
  for (const ref of ['a', 'b'])
    await prisma.cacheEntry.create({
      data: {
        ...{ projectId: id, zone: 'branch', ref, platform: 'linux/amd64', epoch: 0, digest: ref, bytes: 200 },
        ...{ buildId: id, buildNumber: 1, blobDigests: ['shared', ref], blobBytes: [100n, 100n] },
      },
    });
  return id;
}
const promised = async () => {
  const rows = await world.db.prisma.outbox.findMany({ where: { topic: 'evict-cache' } });
  return rows.map(({ groupId }) => groupId).sort();
};

it('R7-B5 one project whose caches take too long to be weighed stops the budgets of no other', async () => {
  const [within, heavy] = [await project(300), await project(299)];
  const budgets = new CacheBudgets(hasty);
  await budgets.promise();
  expect(await promised()).toEqual([heavy]);
  await world.db.prisma.outbox.deleteMany();
  const [slow, later] = [await project(1), await project(1)];
  // Each row of it takes longer than a statement may.
  await world.db.prisma.$executeRawUnsafe('ALTER TABLE cache_blob RENAME TO held_blob');
  await world.db.prisma.$executeRawUnsafe(
    `CREATE VIEW cache_blob AS SELECT * FROM held_blob WHERE project_id <> '${slow}' OR pg_sleep(30) IS NOT NULL`,
  );
  await budgets.promise();
  expect(await promised()).toEqual([heavy, slow, later].sort());
  expect(await promised()).not.toContain(within);
  // Its own work deletes some of it, and it is not tried to weigh it each minute.
  await expect(new DueCacheRepository(hasty).heavy(slow, 1)).rejects.toThrow();
  expect((await new DueCacheRepository(hasty).firstToGo(slow, 1)).map(({ ref }) => ref)).toEqual(['a']);
  await world.db.prisma.outbox.deleteMany();
  await budgets.promise();
  expect(await promised()).toEqual([heavy, later].sort());
});
