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
  // Each row of it takes longer to be weighed than a statement may, and no time to be counted.
  const { prisma } = world.db;
  await prisma.$executeRawUnsafe(`CREATE FUNCTION weighed(project uuid, bytes bigint) RETURNS bigint STABLE LANGUAGE plpgsql AS $$
    BEGIN IF project = '${slow}' THEN PERFORM pg_sleep(30); END IF; RETURN bytes; END $$`);
  await prisma.$executeRawUnsafe('ALTER TABLE cache_blob RENAME TO held_blob');
  await prisma.$executeRawUnsafe(`CREATE VIEW cache_blob AS
    SELECT project_id, digest, entry_id, weighed(project_id, bytes) AS bytes FROM held_blob`);
  const failed: string[] = [];
  // V7-M3: the database may be slow for everybody, so the time alone says nothing of a project.
  await Promise.all([
    budgets.promise((_error, projectId) => failed.push(projectId)),
    expect(new DueCacheRepository(hasty).heavy(slow, 1)).rejects.toThrow(),
  ]);
  expect(failed).toEqual([slow]);
  expect(await promised()).toEqual([heavy, later].sort());
  expect(await promised()).not.toContain(within);
  await prisma.outbox.deleteMany();
  // With the number of its blobs, its own work deletes some of it, and it is not tried to weigh it each minute.
  const most = { entries: 9, blobs: 9, weighed: 3 };
  const few = new CacheBudgets(hasty, undefined, most.weighed);
  const [, going] = await Promise.all([few.promise(), new DueCacheRepository(hasty, most).heavy(slow, 1)]);
  expect(going).toMatchObject({ places: [{ ref: 'a' }, { ref: 'b' }], isPart: true, isWeighed: false });
  expect(await promised()).toEqual([heavy, slow, later].sort());
  await prisma.outbox.deleteMany();
  await few.promise();
  expect(await promised()).toEqual([heavy, later].sort());
});
