import { parseDigest } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manyBuilds } from '../../spec/many-builds.js';
import { rowsRead } from '../../spec/rows-read.js';
import { World } from '../../spec/world.js';
import { changedSql } from '../build/build-lists.js';
import { BuildLists, ImageDeletion, newId, ProjectRemoval } from '../index.js';
import { openBuildsSql } from '../project/project-removal.js';
import { publicationsSql } from './image-publications.js';
import { leftoversSql, StagedDeletion } from './staged-deletion.js';

const builds = 5_000;
const digest = parseDigest(`sha256:${'1'.repeat(64)}`);
const digestNo = (no: number) => `sha256:${String(no).padStart(64, '0')}`;
const actor = { kind: 'person', id: 'ada', name: 'Ada', ip: null } as const;

describe('R14B-1 beside 10,000 builds that have ended', () => {
  let world: World;
  let organizationId: string;
  let projectId: string;
  const open: string[] = [];
  beforeAll(async () => {
    world = await World.open();
    organizationId = await world.organization();
    projectId = await world.project(organizationId);
    await manyBuilds(world.db, projectId, builds, newId());
    await manyBuilds(world.db, await world.project(), builds, newId());
    await world.db.prisma.project.update({ where: { id: projectId }, data: { lastBuildNumber: builds } });
    // All builds of the project made the same image, an hour ago at least. In portions: one statement may take five seconds.
    for (let first = 1; first <= builds; first += 1_000)
      await world.db.prisma.$executeRaw`
        UPDATE build SET digest = ${digest}, finished_at = finished_at - interval '1 hour'
        WHERE project_id = ${projectId}::uuid AND number BETWEEN ${first}::int AND ${first + 999}::int`;
    for (let at = 0; at < 2; at++) open.push((await world.build(projectId)).id);
    await world.db.prisma.$executeRawUnsafe('VACUUM ANALYZE build');
  });
  afterAll(() => world.close());

  const stage = async (changes: readonly object[]) => {
    const common = { projectId, zone: 'branch', notedAt: new Date(Date.now() - 3_600_000) };
    const rows = changes.map((change, no) => ({
      ...{ ...common, id: newId(), digest: digestNo(no), buildId: newId() },
      ...change,
    }));
    await world.db.prisma.stagedImage.createMany({ data: rows });
    return rows.map(({ id }) => id);
  };
  const scheduled = async () => {
    const rows = await world.db.prisma.retentionCandidate.findMany({ where: { kind: 'staged' } });
    return rows.map(({ subject }) => subject).toSorted();
  };

  it('R14B-1 finds what was staged and not published, and reads a few builds for each', async () => {
    await world.db.prisma.build.update({ where: { id: open[1]! }, data: { digest: digestNo(0) } });
    const [made, written, ...left] = await stage([{}, { buildId: open[0] }, ...new Array<object>(50).fill({})]);
    expect(await rowsRead(world.db, 'build', leftoversSql([made!, written!, ...left]))).toBeLessThan(250);
    // Windows of twenty rows: the last one is not full.
    expect(await new StagedDeletion(world.db, 20).schedule()).toBe(50);
    expect(await scheduled()).toEqual(left.toSorted());
    await world.db.prisma.build.update({ where: { id: open[1]! }, data: { digest: null } });
  });

  it('R14B-1 selects what is staged behind a window that failed', async () => {
    await world.db.prisma.stagedImage.deleteMany();
    await world.db.prisma.retentionCandidate.deleteMany();
    const ids = (await stage(new Array<object>(30).fill({}))).toSorted();
    const deletion = new StagedDeletion(world.db, 20);
    const run = (sql: string) => world.db.prisma.$executeRawUnsafe(sql);
    await run('ALTER TABLE retention_candidate RENAME TO away');
    await expect(deletion.schedule()).rejects.toThrow('retention_candidate');
    await run('ALTER TABLE away RENAME TO retention_candidate');
    expect(await deletion.schedule()).toBe(10);
    expect(await scheduled()).toEqual(ids.slice(20));
    expect(await deletion.schedule()).toBe(20);
  });

  it('R14B-1 begins the deletion of an image that all builds of its project made, and reads a few of them', async () => {
    const { prisma } = world.db;
    await prisma.image.create({ data: { ...{ id: newId(), projectId, digest }, mediaType: 'm', sizeBytes: 1n } });
    const images = new ImageDeletion(world.db);
    const schedule = async () => {
      const request = { digest, tags: [], comment: '', graceDays: -1 };
      await images.schedule({ projectId, organizationId }, request, actor);
      return (await images.due(projectId))[0]!.id;
    };
    expect(await rowsRead(world.db, 'build', publicationsSql(projectId, digest, new Date()))).toBeLessThan(20);
    const id = await schedule();
    // An open build has made it too.
    await prisma.build.update({ where: { id: open[0]! }, data: { digest } });
    expect(await images.begin(projectId, id)).toBeNull();
    await prisma.build.update({ where: { id: open[0]! }, data: { digest: null } });
    const ended = { projectId, number: builds - 2 };
    const published = { status: 'succeeded', finishedAt: new Date(Date.now() + 60_000) };
    await prisma.build.updateMany({ where: ended, data: { ...published, zone: 'branch' } });
    expect(await images.begin(projectId, id)).toMatchObject({ digest, zones: ['branch', 'protected'] });
    await prisma.retentionCandidate.updateMany({ where: { id }, data: { state: 'scheduled' } });
    await prisma.build.updateMany({ where: ended, data: { ...published, zone: 'protected' } });
    expect(await images.begin(projectId, id)).toBeNull();
    const kept = await prisma.retentionCandidate.findUniqueOrThrow({ where: { id } });
    expect(kept).toMatchObject({ state: 'kept', message: `build #${builds - 2} published it again` });
    await prisma.build.updateMany({ where: ended, data: { finishedAt: new Date(Date.now() - 3_600_000) } });
  });

  it('R14B-1 reads what changed lately, and no build that ended before', async () => {
    const sinceMs = 300_000;
    expect(await rowsRead(world.db, 'build', changedSql(sinceMs, 500))).toBeLessThan(100);
    const changed = await new BuildLists(world.db).recentlyChanged(sinceMs, 500);
    const where = { OR: [{ finishedAt: null }, { finishedAt: { gt: new Date(Date.now() - sinceMs) } }] };
    const all = await world.db.prisma.build.findMany({ where, orderBy: { id: 'desc' }, select: { number: true } });
    expect(changed.map(({ number }) => number)).toEqual(all.map(({ number }) => number));
    expect(changed.slice(0, 2).map(({ number }) => number)).toEqual([builds + 2, builds + 1]);
  });

  it('R14B-1 cancels the open builds of a project that is deleted, and reads no other build', async () => {
    expect(await rowsRead(world.db, 'build', openBuildsSql(projectId))).toBeLessThan(10);
    expect(await new ProjectRemoval(world.db).cancelOpenBuilds(projectId)).toBe(0);
    const ended = await world.db.prisma.build.findMany({ where: { id: { in: open } }, select: { status: true } });
    expect(ended).toEqual([{ status: 'canceled' }, { status: 'canceled' }]);
  });
});
