import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { newId, OrganizationAdministration, QuotaRepository, UsageCounters } from '../index.js';

describe('what an organization uses', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world.close());

  const deliver = (projectId: string, rows: number, bytes: number) => world.db.prisma.$executeRaw`
    INSERT INTO delivery (id, project_id, forge, delivery_key, event_name, proof, status, headers, body)
    SELECT gen_random_uuid(), ${projectId}::uuid, 'github', gen_random_uuid(), 'push', 'hmac-sha256', 'evaluated', '{}',
      convert_to(repeat('x', ${bytes}), 'UTF8') FROM generate_series(1, ${rows}::int)`;

  it('R-M7 costs an administrator the same to look at after 40,000 builds as after 400', async () => {
    const organization = await world.organization();
    const project = await world.project(organization);
    const { id } = await world.build(project);
    const administration = new OrganizationAdministration(world.db);
    const cost = async () => {
      await world.db.prisma.$executeRaw`ANALYZE build`;
      const costs: number[] = [];
      for (let round = 0; round < 15; round++) {
        const begun = performance.now();
        expect(await administration.openBuilds(organization)).toHaveLength(1);
        await administration.projects(organization);
        await administration.find(organization);
        costs.push(performance.now() - begun);
      }
      return Math.min(...costs);
    };
    const end = (from: number, to: number) => world.db.prisma.$executeRaw`
      INSERT INTO build SELECT made.* FROM build b, generate_series(${from}::int, ${to}::int) n,
        LATERAL jsonb_populate_record(b, jsonb_build_object('id', gen_random_uuid(), 'number', n, 'status', 'succeeded')) made
      WHERE b.id = ${id}::uuid`;
    await end(100, 499);
    await cost();
    const few = await cost();
    for (let part = 0; part < 10; part++) await end(1_000 + part * 4_000, 4_999 + part * 4_000);
    const many = await cost();
    expect(many / few).toBeLessThan(5);
  });

  it('R-M3 costs the same to read after 200,000 rows as after 2,000', async () => {
    const organization = await world.organization();
    const project = await world.project(organization);
    const { id: buildId } = await world.build(project);
    const now = new Date();
    const times = { claimedAt: new Date(now.getTime() - 60_000), dispatchedAt: now, endedAt: now, logBytes: 10 };
    await world.db.prisma.attempt.create({ data: { id: newId(), buildId, number: 1, state: 'built', ...times } });
    const [quotas, counters] = [new QuotaRepository(world.db), new UsageCounters(world.db)];
    const cost = async () => {
      while (await counters.fold());
      const costs: number[] = [];
      for (let round = 0; round < 15; round++) {
        const begun = performance.now();
        await quotas.usage(organization);
        await quotas.deliveryBytes(project);
        await quotas.imageBytesBeside(organization, project, 'sha256:x');
        await quotas.minutesByDay(organization, 30);
        costs.push(performance.now() - begun);
      }
      // The least of them: what else the machine does only adds.
      return Math.min(...costs);
    };
    await world.db.prisma.quota.create({ data: { scope: organization, deliveryBytes: 1e12 } });
    await deliver(project, 2_000, 100);
    await cost();
    const few = await cost();
    for (let part = 0; part < 11; part++) await deliver(project, 18_000, 100);
    await world.db.prisma.$executeRaw`ANALYZE delivery`;
    const many = await cost();
    expect((await quotas.usage(organization)).deliveryBytes).toBe(200_000 * (100 + 2 + 1_024));
    expect(many / few).toBeLessThan(5);
  });
});
