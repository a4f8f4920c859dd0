import { hashOfRef } from '@cooperage/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { CacheResetRepository, newId, SweptResets } from '../index.js';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const dayMs = 86_400_000;
const actor = { kind: 'person', id: 'u1', name: 'ada', ip: null } as const;

/** Resets of refs of their own, which are swept. */
async function resets(projectId: string, count: number, at: Date): Promise<void> {
  await world.db.prisma.cacheReset.createMany({
    data: Array.from({ length: count }, (_, index) => ({
      ...{ id: newId(), projectId, epoch: index + 1, zone: 'branch', ref: `refs/heads/${index}`, reason: 'r' },
      ...{ actorName: 'ada', afterNumber: 0, createdAt: at, sweptAt: at },
    })),
  });
}

it('R11-1 a cache is reset a hundred times a day at most, and says so', async () => {
  const projectId = await world.project();
  const { organizationId } = await world.db.prisma.project.findUniqueOrThrow({ where: { id: projectId } });
  const reset = () =>
    new CacheResetRepository(world.db).reset(
      { projectId, organizationId },
      { zone: null, ref: null, reason: 'again' },
      actor,
    );
  await resets(projectId, 50, new Date(Date.now() - 2 * dayMs));
  await world.db.prisma.cacheReset.createMany({
    data: Array.from({ length: 99 }, (_, index) => ({
      ...{ id: newId(), projectId, epoch: 100 + index, zone: null, ref: null, reason: 'r' },
      ...{ actorName: 'ada', afterNumber: 0 },
    })),
  });
  await world.db.prisma.project.update({ where: { id: projectId }, data: { lastCacheEpoch: 300 } });
  expect(await reset()).toMatchObject({ epoch: 301 });
  expect(await reset()).toMatch(/was reset 100 times within a day/);
  expect((await world.db.prisma.project.findUniqueOrThrow({ where: { id: projectId } })).lastCacheEpoch).toBe(301);
});

it('R11-1 builders are told the newest reset of each scope, and of a thousand scopes', async () => {
  const projectId = await world.project();
  const at = new Date();
  const whole = { zone: null, ref: null, reason: 'r', actorName: 'ada', afterNumber: 0, createdAt: at, sweptAt: at };
  await world.db.prisma.cacheReset.create({ data: { ...whole, id: newId(), projectId, epoch: 0 } });
  await resets(projectId, 1_500, at);
  await world.db.prisma.cacheReset.create({
    data: {
      ...{ id: newId(), projectId, epoch: 2_000, zone: 'branch', ref: 'refs/heads/3', reason: 'r' },
      ...{ actorName: 'ada', afterNumber: 0, createdAt: at, sweptAt: at },
    },
  });
  const told = await new SweptResets(world.db).of(projectId);
  expect(told).toHaveLength(1_000);
  const refHash = hashOfRef('refs/heads/3');
  expect(told.filter((reset) => reset.refHash === refHash)).toEqual([{ zone: 'branch', refHash, epoch: 2_000 }]);
  expect(
    told
      .map(({ epoch }) => epoch)
      .toSorted((a, b) => a - b)
      .slice(0, 2),
  ).toEqual([0, 503]);
});
