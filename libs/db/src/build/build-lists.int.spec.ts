import { readBuildFilter } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manyBuilds } from '../../spec/many-builds.js';
import { World } from '../../spec/world.js';
import { Prisma } from '../generated/client.js';
import { BuildGroups, newId } from '../index.js';
import { type BuildFilter, BuildLists, idsSql } from './build-lists.js';

const reader = { name: 'Ada', email: 'ada@acme.example' };
const filterOf = (text: string): BuildFilter => {
  const read = readBuildFilter(text);
  if (!read.ok) throw new Error(read.error.message);
  return { terms: read.terms, reader };
};

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}
const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

describe('lists of twenty thousand builds', () => {
  let world: World;
  let lists: BuildLists;
  let organizationId: string;
  let projects: string[];
  const rules: string[] = [];
  beforeAll(async () => {
    world = await World.open();
    lists = new BuildLists(world.db);
    organizationId = await world.organization();
    projects = [];
    for (const count of [12_000, 5_000, 3_000]) {
      const id = await world.project(organizationId);
      const rule = newId();
      await manyBuilds(world.db, id, count, rule);
      projects.push(id);
      rules.push(rule);
    }
    await manyBuilds(world.db, await world.project(), 500, newId());
    // As the database does it in time: an index alone is read only where it is known that all see its rows.
    await world.db.prisma.$executeRawUnsafe('VACUUM ANALYZE');
  });
  afterAll(() => world.close());

  const planOf = async (text: string, after: string | null, change: Partial<BuildFilter> = {}) => {
    const sql = idsSql(organizationId, { ...filterOf(text), ...change }, { after, limit: 50 });
    const [row] = await world.db.prisma.$queryRaw<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
      Prisma.sql`EXPLAIN (FORMAT JSON) ${sql}`,
    );
    return nodes(row!['QUERY PLAN'][0].Plan);
  };
  const deep = async () => {
    const row = await world.db.prisma.build.findFirst({ where: { projectId: projects[0], number: 200 } });
    return row!.id;
  };

  it.each([
    '',
    'is:failed',
    'is:broken',
    'branch:main',
    'is:succeeded author:me',
    'since:7d took:>31s',
    'signed:no',
    'failure:aaaaaaaaaaaaaaaa',
    '-is:canceled',
  ])('are walked by an index, not read whole nor sorted, first page and deep: %j', async (text) => {
    for (const after of [null, await deep()]) {
      const plan = await planOf(text, after);
      const builds = plan.filter((node) => node['Relation Name'] === 'build');
      expect(builds.map((node) => node['Node Type'])).not.toContain('Seq Scan');
      expect(plan.map((node) => node['Node Type']).filter((type) => /Sort/.test(type))).toEqual([]);
    }
  });

  it('without a filter are paged and counted by the index alone, first page and deep', async () => {
    for (const after of [null, await deep()]) {
      const builds = (await planOf('', after)).filter((node) => node['Relation Name'] === 'build');
      expect(builds.map((node) => node['Node Type'])).toEqual(['Index Only Scan']);
    }
  });

  it('of one project are walked by the project’s own index', async () => {
    const plan = await planOf('', await deep(), { projectId: projects[1] });
    expect(plan.map((node) => node['Node Type'])).not.toContain('Sort');
  });

  it('cost the same at any depth', async () => {
    const page = async (after: string | null) => {
      const sql = idsSql(organizationId, filterOf('branch:main'), { after, limit: 50 });
      const [row] = await world.db.prisma.$queryRaw<{ 'QUERY PLAN': [{ Plan: { 'Shared Hit Blocks': number } }] }[]>(
        Prisma.sql`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
      );
      return row!['QUERY PLAN'][0].Plan['Shared Hit Blocks'];
    };
    await page(null);
    await page(await deep());
    expect(await page(await deep())).toBeLessThan(2 * (await page(null)) + 50);
  });

  it('are paged without a gap, by any filter', async () => {
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await lists.list([organizationId], filterOf('is:timed-out since:2d'), { after, limit: 100 });
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
      if (after === null) break;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.toSorted().reverse()).toEqual(seen);
    // One a minute and project, every fifth of them, for two days.
    expect(Math.abs(seen.length - (3 * 2880) / 5)).toBeLessThan(10);
  });

  it('are counted exactly up to a thousand, then no further', async () => {
    expect(await lists.count([organizationId], filterOf('is:failed since:1d'))).toBeLessThan(900);
    expect(await lists.count([organizationId], filterOf('is:failed'))).toBe(1001);
    expect(await lists.count([organizationId], filterOf('branch:gone'))).toBe(0);
  });

  it('take terms of one key as alternatives, of different keys as all, and leave out what is negated', async () => {
    const statuses = async (text: string) => {
      const page = await lists.list([organizationId], filterOf(text), { after: null, limit: 100 });
      return [...new Set(page.items.map(({ status, ref }) => `${status} ${ref}`))].toSorted();
    };
    expect(await statuses('is:failed is:canceled branch:topic')).toEqual([
      'canceled refs/heads/topic',
      'failed refs/heads/topic',
    ]);
    expect(await statuses('-is:succeeded -is:failed -is:canceled -branch:topic')).toEqual([
      'timed_out refs/heads/main',
    ]);
    const authors = await lists.list([organizationId], filterOf('author:me'), { after: null, limit: 100 });
    expect(new Set(authors.items.map(({ commitAuthor }) => commitAuthor))).toEqual(new Set(['Ada']));
    expect(await lists.any([organizationId], filterOf('step:NPM'))).toBe(true);
    for (const word of ['yes', 'no']) {
      const page = await lists.list([organizationId], filterOf(`signed:${word}`), { after: null, limit: 20 });
      expect(new Set(page.items.map(({ verified }) => verified))).toEqual(new Set([word === 'yes']));
    }
  });

  it('S-071 compare strangers’ metacharacters as they are', async () => {
    for (const text of [
      `title:"%"`,
      `title:"_"`,
      `author:"' OR '1'='1"`,
      `branch:"%"`,
      `step:"'; DROP TABLE build; --"`,
      'title:"$1"',
    ])
      expect(await lists.any([organizationId], filterOf(text)), text).toBe(false);
    expect(await lists.any([organizationId], filterOf('title:"Change 1"'))).toBe(true);
  });

  it('show nothing of another organization', async () => {
    const other = await world.organization();
    expect(await lists.any([other], filterOf(''))).toBe(false);
    const { slug } = await world.db.prisma.project.findUniqueOrThrow({ where: { id: projects[0] } });
    expect(await lists.any([organizationId], filterOf(`project:${slug}`))).toBe(true);
    expect(await lists.any([other], filterOf(`project:${slug}`))).toBe(false);
  });

  it('know how long builds of a rule usually take, by their newest green ones', async () => {
    const page = await lists.list(
      [organizationId],
      { ...filterOf(''), projectId: projects[2] },
      { after: null, limit: 5 },
    );
    // 20 of n = 0 and 1 modulo 5, each taking 30 s and n modulo 10.
    expect(page.items[0]!.usualMs).toBeGreaterThanOrEqual(30_000);
    expect(page.items[0]!.usualMs).toBeLessThanOrEqual(36_000);
    expect(new Set(page.items.map(({ usualMs }) => usualMs)).size).toBe(1);
  });

  it('are grouped by failure, with what a retry would mend', async () => {
    const groups = await new BuildGroups(world.db).list([organizationId], 'failure', filterOf('is:failed'));
    expect(groups.map(({ key }) => key).toSorted()).toEqual(['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb']);
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    expect(groups[0]!.newestId > groups[1]!.newestId).toBe(true);
    // The newest builds of each project are not the failed ones everywhere; a retry names only heads that broke.
    const heads = await world.db.prisma.build.findMany({
      where: { id: { in: groups.flatMap(({ retryIds }) => [...retryIds]) } },
    });
    for (const head of heads) {
      const later = await world.db.prisma.build.count({
        where: { projectId: head.projectId, ref: head.ref, ruleId: head.ruleId, id: { gt: head.id } },
      });
      expect([head.status, later]).toEqual(['failed', 0]);
    }
  });

  it('R12A-4 are not retried with their group when they are of a fork', async () => {
    const retried = async () => {
      const groups = await new BuildGroups(world.db).list([organizationId], 'failure', filterOf('is:failed'));
      return groups.flatMap(({ retryIds }) => [...retryIds]);
    };
    const builds = world.db.prisma.build;
    const { id, status, fingerprint, zone } = await builds.findFirstOrThrow({
      where: { organizationId },
      orderBy: { id: 'desc' },
    });
    await builds.update({ where: { id }, data: { status: 'failed', fingerprint: 'cccccccccccccccc' } });
    expect(await retried()).toContain(id);
    await builds.update({ where: { id }, data: { zone: 'fork' } });
    expect(await retried()).not.toContain(id);
    await builds.update({ where: { id }, data: { status, fingerprint, zone } });
  });

  it('are grouped by commit', async () => {
    const groups = await new BuildGroups(world.db).list([organizationId], 'commit', filterOf('since:1h'));
    expect(groups.length).toBe(50);
    expect(groups.every(({ count }) => count >= 1)).toBe(true);
  });
});
