import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { manyBuilds } from '../../spec/many-builds.js';
import { rowsRead } from '../../spec/rows-read.js';
import { World } from '../../spec/world.js';
import type { Prisma } from '../generated/client.js';
import { newId, SearchRepository } from '../index.js';
import { buildsOfCommitSql, buildsOfNumberSql, imagesOfDigestSql, newestBuildsSql } from './search-sql.js';

describe('R16A-4 the search of the palette', () => {
  let world: World;
  let search: SearchRepository;
  let organizationId: string;
  let projectId: string;
  beforeAll(async () => {
    world = await World.open();
    search = new SearchRepository(world.db);
  });
  beforeEach(async () => {
    organizationId = await world.organization();
    projectId = await world.project(organizationId);
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const add = async (project: string, count: number) => manyBuilds(world.db, project, count, newId());
  const analyze = () => world.db.prisma.$executeRawUnsafe('ANALYZE build, project, image');
  const read = (sql: Prisma.Sql, table = 'build') => rowsRead(world.db, table, sql);
  /** What one question of each kind reads. */
  const newest = async () => [
    await read(newestBuildsSql({ organizationIds: [organizationId] })),
    await read(newestBuildsSql({ projectId })),
  ];

  it.each(['up to date', 'of an empty table'])(
    'reads 500 builds of an organization or a project at most, with statistics %s',
    async (statistics) => {
      await analyze();
      await add(projectId, 6_000);
      await add(await world.project(organizationId), 2_000);
      await add(await world.project(), 2_000);
      if (statistics === 'up to date') await analyze();
      expect(await newest()).toEqual([500, 500]);
    },
  );

  it('reads no builds of others with statistics of a time when nearly all builds were here', async () => {
    const other = await world.project();
    await add(projectId, 6_000);
    await add(other, 20);
    await analyze();
    await world.db.prisma.build.deleteMany({ where: { projectId, number: { gt: 100 } } });
    await world.db.prisma.build.deleteMany({ where: { projectId: other } });
    await add(other, 3_000);
    expect(await newest()).toEqual([100, 100]);
    expect(await search.buildsBySubject({ projectId }, ['change', '100'])).toMatchObject([{ number: 100 }]);
  });

  it('finds builds of a number by one look for each project', async () => {
    const projects = [projectId];
    for (let more = 0; more < 99; more++) projects.push(await world.project(organizationId));
    for (const project of projects) await add(project, 30);
    await analyze();
    expect(await read(buildsOfNumberSql(projects, 1, 8))).toBe(100);
    expect(await search.buildsByNumber(projects, 1)).toHaveLength(8);
  });

  it('reads 500 builds of a commit at most', async () => {
    await add(projectId, 3_000);
    const commit = 'abcdef0'.padEnd(40, '0');
    await world.db.prisma.build.updateMany({ where: { projectId }, data: { commit } });
    for (const _ of ['of none', 'up to date']) {
      expect(await read(buildsOfCommitSql([organizationId], 'abcdef0', 8))).toBe(500);
      await analyze();
    }
    expect(await search.buildsByCommit([organizationId], 'abcdef0')).toHaveLength(8);
  });

  it('reads eight images of a project at most', async () => {
    const projects = [projectId, await world.project(organizationId)];
    // With statistics of an empty table, each plan costs the same.
    await analyze();
    for (const project of projects)
      await world.db.prisma.$executeRaw`
        INSERT INTO image (id, project_id, digest, media_type, size_bytes, platforms)
        SELECT gen_random_uuid(), ${project}::uuid, 'sha256:abcdef0' || lpad(n::text, 57, '0'), 'm', 1, '{}' FROM generate_series(1, 2000) n`;
    expect(await read(imagesOfDigestSql(projects, 'sha256:abcdef0', 8), 'image')).toBe(16);
    expect(await search.images(projects, 'abcdef0')).toHaveLength(8);
  });

  it('finds nothing in a project that is being deleted', async () => {
    const left = await world.project(organizationId);
    await add(projectId, 3);
    await add(left, 2);
    await world.db.prisma.project.update({ where: { id: projectId }, data: { deletedAt: new Date() } });
    const projectsOf = async (words: string[]) => {
      const found = await search.buildsBySubject({ organizationIds: [organizationId] }, words);
      return found.map((build) => build.projectId);
    };
    expect(await projectsOf(['change'])).toEqual([left, left]);
    expect(await projectsOf(['change', '1'])).toEqual([left]);
    const md5OfOne = 'c4ca4238';
    expect(await search.buildsByCommit([organizationId], md5OfOne)).toMatchObject([{ projectId: left }]);
  });
});
