import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { newId, OutboxRepository, promise } from '../index.js';

const share = { each: 2, alone: 6, keepsLast: true };

describe('R-H11 the backlog of one organization', () => {
  let world: World;
  let outbox: OutboxRepository;
  let me: string;
  beforeAll(async () => {
    world = await World.open();
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  /** Promises `rows` evaluations for so many projects of one organization. @returns the projects */
  async function backlog(rows: number, projects: number): Promise<string[]> {
    const organization = await world.organization();
    const first = await world.project(organization);
    await world.db.prisma.$executeRaw`
      INSERT INTO project (id, organization_id, slug, name, remote_url, limits, updated_at)
      SELECT gen_random_uuid(), organization_id, 'p-' || n, name, remote_url, limits, now()
      FROM project, generate_series(2, ${projects}) n WHERE id = ${first}::uuid`;
    // In parts: all at once take longer than a statement may on a busy machine.
    const parts = Math.ceil(rows / 10_000);
    for (let part = 0; part < parts; part++)
      await world.db.prisma.$executeRaw`
        INSERT INTO outbox (topic, subject_id, group_id)
        SELECT 'evaluate', gen_random_uuid(), p.id
        FROM (SELECT id FROM project WHERE organization_id = ${organization}) p,
          generate_series(1, ${rows / projects / parts}::int)`;
    await world.db.prisma.$executeRaw`ANALYZE outbox`;
    return (await world.db.prisma.project.findMany({ where: { organizationId: organization } })).map(({ id }) => id);
  }
  async function begin(): Promise<void> {
    outbox = new OutboxRepository(world.db);
    me = await world.processes.start('control', 'c', {});
  }
  /** Median of what it takes to claim, to look at what is due, and to ask for topics; milliseconds. */
  async function costOf(): Promise<number> {
    const costs: number[] = [];
    for (let round = 0; round < 15; round++) {
      const begun = performance.now();
      const items = await outbox.take(['evaluate'], 8, me, 60_000, share);
      await outbox.due(['evaluate'], 2, share);
      await outbox.dueTopics(['evaluate', 'publish']);
      costs.push(performance.now() - begun);
      for (const item of items) await outbox.done(item, me);
    }
    return costs.sort((a, b) => a - b)[7]!;
  }

  it('R-H11 makes no claim dearer: 100,000 rows that are due cost about what 100 cost', async () => {
    await begin();
    await backlog(100, 10);
    await costOf();
    const few = await costOf();
    await world.reset();
    await begin();
    await backlog(100_000, 100);
    await costOf();
    const many = await costOf();
    expect(many / few).toBeLessThan(5);
  });

  it('R-H11 hides neither others nor the rest of its own projects, though its first project has 20,000 rows', async () => {
    await begin();
    const [giant] = await backlog(20_000, 1);
    const { organizationId } = await world.db.prisma.project.findUniqueOrThrow({ where: { id: giant! } });
    const sibling = await world.project(organizationId);
    const other = await world.project();
    const add = (project: string) => world.db.transaction((tx) => promise(tx, 'evaluate', newId(), project));
    const taken = await outbox.take(['evaluate'], 8, me, 60_000, share);
    expect(taken.map(({ groupId }) => groupId)).toEqual([giant]);
    for (const project of [sibling, other]) await add(project);
    const next = await outbox.take(['evaluate'], 7, me, 60_000, share);
    expect(next.map(({ groupId }) => groupId).sort()).toEqual([sibling, other].sort());
    expect(await outbox.due(['evaluate'], 5, share)).toEqual({ due: 0, oldestDueMs: 0 });
  });

  it('R-H11 gives each project of an organization its turn beside a giant, however many there are', async () => {
    await begin();
    const [giant] = await backlog(5_000, 1);
    const { organizationId } = await world.db.prisma.project.findUniqueOrThrow({ where: { id: giant! } });
    await world.db.prisma.$executeRaw`
      INSERT INTO project (id, organization_id, slug, name, remote_url, limits, updated_at)
      SELECT gen_random_uuid(), organization_id, 'p-' || n, name, remote_url, limits, now()
      FROM project, generate_series(1, 50) n WHERE id = ${giant}::uuid`;
    await world.db.prisma.$executeRaw`
      INSERT INTO outbox (topic, subject_id, group_id)
      SELECT 'evaluate', gen_random_uuid(), id FROM project WHERE organization_id = ${organizationId} AND id <> ${giant}::uuid`;
    const served = new Set<string>();
    for (let round = 0; round < 60; round++)
      for (const item of await outbox.take(['evaluate'], 2, me, 60_000)) {
        served.add(item.groupId);
        await outbox.done(item, me);
      }
    expect(served.size).toBe(51);
  });

  it('counts work whose project is gone for nobody, and work of a build for its organization', async () => {
    await begin();
    const project = await world.project();
    const build = await world.build(project);
    await world.db.transaction(async (tx) => {
      await promise(tx, 'note-steps', build.id, build.id);
      await promise(tx, 'reconcile', project, project);
      await promise(tx, 'reconcile', project, newId());
    });
    const rows = await world.db.prisma.$queryRaw<{ owner: string }[]>`SELECT owner FROM outbox ORDER BY id`;
    expect(rows.slice(0, 2).map(({ owner }) => owner)).toEqual([build.organizationId, build.organizationId]);
    expect(rows[2]!.owner).not.toBe(build.organizationId);
  });
});
