import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { BuildProjectRepository } from './build-project-repository.js';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

it('R3-A4 names the organizations of projects that are there, and of no others', async () => {
  const organization = await world.organization();
  const [there, deleted] = [await world.project(organization), await world.project(organization)];
  await world.db.prisma.project.update({ where: { id: deleted }, data: { deletedAt: new Date() } });
  const owners = await new BuildProjectRepository(world.db).owners([there, deleted, '.home', 'sample', organization]);
  expect([...owners]).toEqual([[there, organization]]);
});
