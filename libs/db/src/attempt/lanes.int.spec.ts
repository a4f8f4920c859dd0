import type { Lane } from '@cooperage/domain';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { DispatchRepository } from '../index.js';

const token = () => ({ sealed: Buffer.from('t'), ttlMs: 60_000 });

describe('S-052 code of strangers', () => {
  let world: World;
  let trusting: DispatchRepository;
  let strict: DispatchRepository;
  beforeAll(async () => {
    world = await World.open();
    trusting = new DispatchRepository(world.db, { engine: 'buildkit', organizationsTrustEachOther: true });
    strict = new DispatchRepository(world.db, { engine: 'buildkit', organizationsTrustEachOther: false });
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const builder = (lane: Lane | undefined, slots = 4, note: string | null = null) =>
    world.processes.start('builder', 'b', { slots, ...(lane && { lane }), note });
  /** A project of the organization that the trusted pool belongs to. */
  const homeProject = async () => {
    const organizationId = await world.organization();
    await world.db.prisma.installation.create({ data: { homeOrganizationId: organizationId } });
    return world.project(organizationId);
  };
  const handedOut = async (by: DispatchRepository) => (await by.dispatchNext(token)).map(({ lane }) => lane).sort();
  const reasons = async (by: DispatchRepository) => {
    await world.db.prisma.$executeRaw`UPDATE build SET queued_at = now() - interval '10 seconds'`;
    await by.explainWaiting();
    return (await world.db.prisma.build.findMany({ orderBy: { id: 'asc' } })).map(({ waitReason }) => waitReason);
  };

  it('of a fork waits, with its reason, for a builder in its lane, and holds back nothing else', async () => {
    const project = await homeProject();
    await builder(undefined);
    await world.build(project, { zone: 'fork' });
    await world.build(project, { zone: 'protected' });
    await world.build(project, { zone: 'branch' });
    expect(await handedOut(strict)).toEqual(['trusted', 'trusted']);
    expect(await reasons(strict)).toEqual(['no_worker_for_strangers', null, null]);
    await builder('strangers');
    expect(await handedOut(strict)).toEqual(['strangers']);
  });

  it('waits where the engine of its only builder is below the floor, which says so in its note', async () => {
    await world.build(await world.project(), { zone: 'fork' });
    await builder('strangers', 1, 'It takes no code of strangers.');
    expect(await handedOut(strict)).toEqual([]);
  });

  it.each([
    [null, 'short'],
    [300_000, 'long'],
    // A builder says it: what it says gives nobody time.
    [-300_000, 'short'],
  ] as const)(
    'R3-A6 is handed out by the time for which its builds and their exports held the engine (export: %s ms, next: %s)',
    async (cacheExportMs, next) => {
      const { prisma } = world.db;
      await builder('strangers', 1);
      const projects = { long: await world.project(), short: await world.project() };
      const took = async (projectId: string, seconds: number) => {
        await world.build(projectId);
        expect(await handedOut(strict)).toEqual(['strangers']);
        await prisma.$executeRaw`
          UPDATE attempt SET state = 'built', claimed_at = now() - ${400 + seconds} * interval '1 second',
            ended_at = now() - interval '400 seconds' WHERE state = 'dispatched'`;
        await prisma.build.updateMany({ where: { projectId }, data: { status: 'succeeded' } });
      };
      await took(projects.long, 60);
      await took(projects.short, 30);
      await prisma.build.updateMany({ where: { projectId: projects.short }, data: { cacheExportMs } });
      for (const projectId of Object.values(projects)) await world.build(projectId);
      const [attempt] = await strict.dispatchNext(token);
      expect((await prisma.build.findUniqueOrThrow({ where: { id: attempt!.buildId } })).projectId).toBe(
        projects[next],
      );
    },
  );

  it('R-H4 of another organization waits with a reason of its own, and takes the trusted pool from nobody', async () => {
    const [home, other] = [await homeProject(), await world.project()];
    await builder('trusted');
    await world.build(home);
    await world.build(other);
    expect(await handedOut(strict)).toEqual(['trusted']);
    expect(await reasons(strict)).toEqual([null, 'no_worker_for_organization']);
    await builder('strangers', 1);
    expect(await handedOut(strict)).toEqual(['strangers']);
  });

  it('R-H4 S-052 of every organization but the home one never comes to the trusted engine, in whichever order they begin', async () => {
    await builder('trusted', 64);
    await builder('strangers', 64);
    const others = [await world.project(), await world.project()];
    for (const project of others) await world.build(project);
    const home = await homeProject();
    for (const project of [home, ...others]) await world.build(project);
    await strict.dispatchNext(token);
    const trusted = await world.db.prisma.attempt.findMany({ where: { lane: 'trusted' }, include: { build: true } });
    expect(trusted.map(({ build }) => build.projectId)).toEqual([home]);
  });

  it('R-H4 of the home organization is all that the trusted engine ever builds, also when that organization is gone', async () => {
    const home = await homeProject();
    await builder('trusted');
    await world.db.prisma.project.delete({ where: { id: home } });
    await world.db.prisma.organization.deleteMany();
    await world.build(await world.project());
    expect(await handedOut(strict)).toEqual([]);
  });

  it('goes to the trusted pool where the operator says that organizations trust each other', async () => {
    await homeProject();
    await builder('trusted');
    await world.build(await world.project());
    expect(await handedOut(trusting)).toEqual(['trusted']);
  });

  it('takes no slot of the other lane, and gives it none', async () => {
    const project = await homeProject();
    await builder('trusted', 1);
    await builder('strangers', 1);
    for (const zone of ['fork', 'fork', 'branch', 'branch'] as const) await world.build(project, { zone });
    expect(await handedOut(strict)).toEqual(['strangers', 'trusted']);
    expect(await handedOut(strict)).toEqual([]);
    expect(await reasons(strict)).toEqual([null, 'no_free_slot', null, 'no_free_slot']);
  });

  it('is built by whichever engine that lane has, also where another one builds what is trusted', async () => {
    const buildah = new DispatchRepository(world.db, { engine: 'buildah', organizationsTrustEachOther: true });
    await world.processes.start('builder', 's', { slots: 1, engine: 'buildkit', lane: 'strangers' });
    await world.build(await world.project(), { zone: 'fork' });
    expect(await handedOut(buildah)).toEqual(['strangers']);
  });
});
