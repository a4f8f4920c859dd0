import { afterAll, beforeAll, expect, it } from 'vitest';
import { manyBuilds } from '../../spec/many-builds.js';
import { rowsRead } from '../../spec/rows-read.js';
import { World } from '../../spec/world.js';
import { Prisma } from '../generated/client.js';
import { newId, OverviewRepository, ProjectGlance } from '../index.js';
import { lastCall } from './newest.js';
import { brokenSql } from './overview-repository.js';
import { badgeSql } from './project-glance.js';

const builds = 5_000;
let world: World;
let organizationId: string;
let projectId: string;
beforeAll(async () => {
  world = await World.open();
  organizationId = await world.organization();
  projectId = await world.project(organizationId);
  const { prisma } = world.db;
  await prisma.project.update({ where: { id: projectId }, data: { visibility: 'public', defaultBranch: 'main' } });
  await manyBuilds(world.db, projectId, builds, newId());
  // The oldest three succeeded, failed and timed out. Everything since was canceled.
  await inPortions(Prisma.sql`ref = 'refs/heads/main', status = CASE WHEN number <= 3 THEN status ELSE 'canceled' END`);
  await prisma.$executeRawUnsafe('VACUUM ANALYZE build');
});
afterAll(() => world.close());

/** Changes all builds, in portions: one statement may take five seconds, and triggers look at each build. */
async function inPortions(change: Prisma.Sql): Promise<void> {
  for (let first = 1; first <= builds; first += 1_000)
    await world.db.prisma
      .$executeRaw`UPDATE build SET ${change} WHERE number BETWEEN ${first}::int AND ${first + 999}::int`;
}

async function badge() {
  const { slug } = await world.db.prisma.project.findUniqueOrThrow({ where: { id: projectId } });
  const organization = await world.db.prisma.organization.findUniqueOrThrow({ where: { id: organizationId } });
  return {
    facts: await new ProjectGlance(world.db).badge(organization.slug, slug, null),
    rows: await rowsRead(world.db, 'build', badgeSql(organization.slug, slug, null)),
  };
}

it('R11-5 reads no canceled build for a badge, however many there are', async () => {
  const { facts, rows } = await badge();
  expect(facts).toMatchObject({ status: 'timed_out', verified: false });
  expect(rows).toBeLessThan(100);
});

it('R11-5 reads no canceled build to find broken default branches', async () => {
  const [oldest] = await world.db.prisma.build.findMany({ where: { projectId, number: 3 } });
  expect(await new OverviewRepository(world.db).brokenDefaultBranches([organizationId])).toEqual([oldest!.id]);
  expect(await rowsRead(world.db, 'build', brokenSql([organizationId]))).toBeLessThan(100);
});

it('R11-5 reads no build that failed to find the newest image of a badge', async () => {
  // Half of the others succeeded on another branch.
  await inPortions(Prisma.sql`status = CASE WHEN number <= 3 THEN status WHEN number % 2 = 0 THEN 'failed' ELSE 'succeeded' END,
    digest = CASE WHEN number <= 3 THEN digest ELSE md5(number::text) END,
    ref = CASE WHEN number <= 3 OR number % 2 = 0 THEN ref ELSE 'refs/heads/topic' END`);
  await world.db.prisma.$executeRawUnsafe('VACUUM ANALYZE build');
  const { facts, rows } = await badge();
  expect(facts).toMatchObject({ status: 'failed', verified: false });
  expect(rows).toBeLessThan(100);
});

it('R11-5 looks for the last call of the git host among the newest deliveries only', async () => {
  const glance = new ProjectGlance(world.db);
  const deliver = (eventName: string, count: number) => {
    const each = { projectId, forge: 'github', eventName, proof: 'none', status: 'evaluated', headers: {} };
    const rows = Array.from({ length: count }, newId).map((id) => ({
      ...{ ...each, id, deliveryKey: id, body: new Uint8Array() },
    }));
    return world.db.prisma.delivery.createMany({ data: rows });
  };
  expect(await glance.lastCallAt(projectId)).toBeNull();
  await deliver('push', 1);
  await deliver('manual', 100);
  expect(await glance.lastCallAt(projectId)).toBeInstanceOf(Date);
  await deliver('manual', 2_000);
  await world.db.prisma.$executeRawUnsafe('ANALYZE delivery');
  expect(await glance.lastCallAt(projectId)).toBeNull();
  const read = await rowsRead(
    world.db,
    'delivery',
    Prisma.sql`SELECT * FROM ${lastCall(Prisma.sql`${projectId}::uuid`)} call`,
  );
  expect(read).toBeLessThan(1_000);
});
