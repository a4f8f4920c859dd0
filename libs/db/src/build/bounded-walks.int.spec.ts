import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manyBuilds } from '../../spec/many-builds.js';
import { rowsRead } from '../../spec/rows-read.js';
import { World } from '../../spec/world.js';
import { samplesSql } from '../cache/cache-mode-repository.js';
import { Prisma } from '../generated/client.js';
import { BuildDetails, BuildRelations, newId } from '../index.js';
import { commitsBetweenSql } from './build-detail.js';
import { known } from './cache-ledger-repository.js';

const ref = 'refs/heads/main';
const count = 5_000;

describe('what a person asks of a project that has very many builds', () => {
  let world: World;
  let projectId: string;
  beforeAll(async () => {
    world = await World.open();
    projectId = await world.project();
    await manyBuilds(world.db, projectId, count, newId());
    await world.db.prisma.$executeRawUnsafe('ANALYZE build');
  });
  afterAll(() => world.close());

  /** Ids of the first build of the ref, and of the one that has so many of it before it. */
  const range = async (builds: number) => {
    const of = { where: { projectId, ref }, select: { id: true }, orderBy: { id: 'asc' } } as const;
    const [first, last] = await Promise.all([
      world.db.prisma.build.findFirstOrThrow(of),
      world.db.prisma.build.findFirstOrThrow({ ...of, skip: builds }),
    ]);
    return { projectId, ref, after: first.id, upTo: last.id };
  };
  const details = () => new BuildDetails(world.db);

  it('R25A-1 compares two builds by the newest 2,000 between them, and says that there are more', async () => {
    const all = await range(3_000);
    // Two of three builds are of the ref, so an index of all may be walked as well.
    expect(await rowsRead(world.db, 'build', commitsBetweenSql(all, 51))).toBeLessThanOrEqual(3_000);
    const { items, more } = await details().commitsBetween(all, 2_500);
    expect([items.length, more]).toEqual([2_000, true]);
  });

  it('gives all commits of a few builds, and one less where there are more', async () => {
    const few = await range(10);
    const { items, more } = await details().commitsBetween(few, 10);
    expect([items.length, more]).toEqual([10, false]);
    expect(items.map(({ number }) => number)).toEqual(items.map(({ number }) => number).toSorted((a, b) => b - a));
    expect(await details().commitsBetween(few, 9)).toEqual({ items: items.slice(0, 9), more: true });
  });

  it('R25A-4 reads of the steps of earlier builds what their times are compared by', async () => {
    const { build, attempt, step } = world.db.prisma;
    const [newest, before] = await build.findMany({ where: { projectId }, orderBy: { number: 'desc' }, take: 2 });
    await build.update({ where: { id: before!.id }, data: { attemptNumber: 1, status: 'succeeded' } });
    const attemptId = newId();
    await attempt.create({ data: { id: attemptId, buildId: before!.id, number: 1, lane: 'trusted', state: 'done' } });
    const ran = { startedAt: new Date(0), completedAt: new Date(5_000), internal: false, cached: false };
    const name = `[2/3] RUN ${'繁'.repeat(500_000)}`;
    await step.create({ data: { ...ran, attemptId, ordinal: 1, vertexId: 'v', name } });
    const times = await new BuildRelations(world.db).stepTimes(newest!);
    expect(times).toMatchObject([{ ms: 5_000 }]);
    expect(times[0]!.name).toHaveLength(600);
  });

  it('R25A-2 looks at a bounded number of builds for what caches were worth, where none says it', async () => {
    expect(await rowsRead(world.db, 'build', samplesSql(projectId, count + 1))).toBeLessThanOrEqual(2_000);
    const days = Prisma.sql`SELECT count(*) FROM ${known(projectId, 180, 1_000)} b`;
    expect(await rowsRead(world.db, 'build', days)).toBeLessThanOrEqual(1_000);
  });
});
