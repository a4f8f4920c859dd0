import { asDatabaseRole } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { manyBuilds } from '../../spec/many-builds.js';
import { rowsRead } from '../../spec/rows-read.js';
import { World } from '../../spec/world.js';
import { Database, newId, SweepRepository } from '../index.js';
import { firstBuild, missingPromisesSql } from './missing-promises.js';

describe('R22D-4 builds that a builder has handed on without a word to control', () => {
  let world: World;
  let control: Database;
  let sweeps: SweepRepository;
  beforeAll(async () => {
    world = await World.open();
    control = new Database({ url: asDatabaseRole(world.url, 'control'), poolSize: 2, applicationName: 'control' });
    sweeps = new SweepRepository(control);
  });
  afterEach(() => world.reset());
  afterAll(async () => {
    await control.close();
    await world.close();
  });

  const standing = async (project: string, stage: string, change: { builtAt?: Date | null; status?: string } = {}) => {
    const { id } = await world.build(project);
    const at = new Date(Date.now() - 120_000);
    const data = { status: 'running', stage, queuedAt: at, startedAt: at, builtAt: at, ...change };
    await world.db.prisma.build.update({ where: { id }, data });
    return id;
  };
  const promise = (topic: string, subjectId: string, groupId: string) =>
    world.db.prisma.outbox.create({ data: { topic, subjectId, groupId } });
  const promises = async () => {
    const rows = await world.db.prisma.outbox.findMany({ where: { topic: 'publish' }, orderBy: { id: 'asc' } });
    return rows.map(({ subjectId, groupId }) => [subjectId, groupId]);
  };

  it('R22D-4 are promised to control again, once, on either side of the gate', async () => {
    const project = await world.project();
    const [built, gone] = [await standing(project, 'control'), await standing(project, 'publishing')];
    const unsaid = await standing(project, 'control', { builtAt: null });
    await promise('note-steps', built, built);
    const found = [built, gone, unsaid];
    expect(await sweeps.promiseAgain(null, 10, 60_000)).toEqual({ buildIds: found, after: null });
    expect((await promises()).toSorted()).toEqual(found.map((id) => [id, project]).toSorted());
    expect(await sweeps.promiseAgain(null, 10, 60_000)).toEqual({ buildIds: [], after: null });
  });

  it('R22D-4 are not those that control knows of, that have just come, or that are with a builder or over', async () => {
    const project = await world.project();
    await promise('publish', await standing(project, 'control'), project);
    await standing(project, 'control', { builtAt: new Date() });
    await standing(project, 'builder');
    await standing(project, 'control', { status: 'failed' });
    expect(await sweeps.promiseAgain(null, 10, 60_000)).toEqual({ buildIds: [], after: null });
    expect(await promises()).toHaveLength(1);
  });

  it('R22D-4 are found part by part, and one whose row somebody holds with the next walk', async () => {
    const project = await world.project();
    const builds = [await standing(project, 'control'), await standing(project, 'control')];
    const last = await standing(project, 'control');
    await world.whileHeld(`SELECT FROM build WHERE id = '${builds[0]}' FOR UPDATE`, async () => {
      expect(await sweeps.promiseAgain(null, 2, 60_000)).toEqual({ buildIds: [builds[1]], after: builds[1] });
    });
    expect(await sweeps.promiseAgain(builds[1]!, 2, 60_000)).toEqual({ buildIds: [last], after: null });
    expect(await sweeps.promiseAgain(null, 2, 60_000)).toEqual({ buildIds: [builds[0]], after: builds[1] });
  });

  it('R22D-4 are found by a few steps along an index, however much was built', async () => {
    const project = await world.project();
    await manyBuilds(world.db, project, 3_000, newId());
    await world.db.prisma.project.update({ where: { id: project }, data: { lastBuildNumber: 3_000 } });
    const found = await standing(project, 'control');
    await world.db.prisma.$executeRawUnsafe('VACUUM ANALYZE build');
    expect(await rowsRead(world.db, 'build', missingPromisesSql(firstBuild, 10, 60_000))).toBeLessThan(10);
    expect(await promises()).toEqual([[found, project]]);
  });
});
