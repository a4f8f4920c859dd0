import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { newId, QuotaRepository, UsageCounters } from '../index.js';

describe('what an organization uses', () => {
  let world: World;
  let quotas: QuotaRepository;
  let counters: UsageCounters;
  beforeAll(async () => {
    world = await World.open();
    quotas = new QuotaRepository(world.db);
    counters = new UsageCounters(world.db);
  });
  afterAll(() => world.close());

  const deliver = (projectId: string, rows: number, bytes: number) => world.db.prisma.$executeRaw`
    INSERT INTO delivery (id, project_id, forge, delivery_key, event_name, proof, status, headers, body)
    SELECT gen_random_uuid(), ${projectId}::uuid, 'github', gen_random_uuid(), 'push', 'hmac-sha256', 'evaluated', '{}',
      convert_to(repeat('x', ${bytes}), 'UTF8') FROM generate_series(1, ${rows}::int)`;
  const image = (projectId: string, sizeBytes: number) =>
    world.db.prisma.image.create({
      data: {
        id: newId(),
        projectId,
        digest: `sha256:${randomBytes(32).toString('hex')}`,
        mediaType: 'x',
        sizeBytes,
        platforms: [],
      },
    });
  const attempt = async (projectId: string, minutes: number, logBytes: number, endedAt = new Date()) => {
    const { id: buildId } = await world.build(projectId);
    const claimedAt = new Date(endedAt.getTime() - minutes * 60_000);
    const times = { state: 'built', claimedAt, dispatchedAt: claimedAt, endedAt, logBytes };
    return world.db.prisma.attempt.create({ data: { id: newId(), buildId, number: 1, ...times } });
  };

  /** Logs without what builds left beside them, which `record-usage.int.spec.ts` looks at. */
  const counted = async (organizationId: string) => {
    const usage = await quotas.usage(organizationId);
    return { ...usage, logBytes: usage.logBytes - usage.recordBytes };
  };

  /** The sums of the rows themselves. */
  async function summed(organizationId: string) {
    const [row] = await world.db.prisma.$queryRaw<Record<string, number>[]>`
      SELECT (SELECT coalesce(sum(i.size_bytes), 0) FROM image i JOIN project p ON p.id = i.project_id WHERE p.organization_id = o.id)::float8 AS "imageBytes",
        (SELECT coalesce(sum(e.bytes), 0) FROM cache_entry e JOIN project p ON p.id = e.project_id WHERE p.organization_id = o.id)::float8 AS "cacheBytes",
        (SELECT coalesce(sum(a.log_bytes), 0) FROM attempt a JOIN build b ON b.id = a.build_id WHERE b.organization_id = o.id)::float8 AS "logBytes",
        (SELECT coalesce(sum(octet_length(d.body) + octet_length(d.headers::text) + 1024), 0) FROM delivery d JOIN project p ON p.id = d.project_id WHERE p.organization_id = o.id)::float8 AS "deliveryBytes"
      FROM organization o WHERE o.id = ${organizationId}`;
    return row!;
  }

  it('R2-H5 counts no time of days that have not come yet', async () => {
    const organization = await world.organization();
    await attempt(await world.project(organization), 600_000, 0, new Date('9999-12-31'));
    const spent = async () => [
      (await quotas.usage(organization)).buildMinutes,
      await quotas.minutesByDay(organization, 7),
    ];
    expect(await spent()).toEqual([0, []]);
    await counters.fold();
    expect(await spent()).toEqual([0, []]);
  });

  it('R-M3 is what its rows sum up to, after each kind of change, before and after the counters are folded', async () => {
    const organization = await world.organization();
    const [project, other] = [await world.project(organization), await world.project(organization)];
    const stranger = await world.project();
    const { prisma } = world.db;
    const cache = { zone: 'protected', ref: 'refs/heads/main', platform: 'linux/amd64', epoch: 0, digest: 'd' };
    const steps: (() => Promise<unknown>)[] = [
      () => deliver(project, 3, 1_000),
      () => deliver(other, 2, 10),
      () => deliver(stranger, 2, 10),
      () => image(project, 500),
      () => image(other, 70),
      () => prisma.image.updateMany({ where: { projectId: project }, data: { sizeBytes: 900 } }),
      () =>
        prisma.cacheEntry.create({
          data: {
            projectId: project,
            ...cache,
            bytes: 40,
            buildId: newId(),
            buildNumber: 1,
            writtenAt: new Date(),
          } as never,
        }),
      () => prisma.cacheEntry.updateMany({ where: { projectId: project }, data: { bytes: 55 } }),
      () => attempt(project, 1, 300),
      () => attempt(other, 1, 30),
      () => prisma.attempt.updateMany({ where: { build: { projectId: project } }, data: { logBytes: 350 } }),
      () => prisma.delivery.deleteMany({ where: { projectId: other } }),
      () => prisma.image.deleteMany({ where: { projectId: other } }),
      () => prisma.build.deleteMany({ where: { projectId: other } }),
      () => attempt(other, 1, 31),
      () => deliver(other, 4, 11),
      () => image(other, 71),
      // What is still there goes with the project itself.
      () => prisma.project.delete({ where: { id: other } }),
      () => prisma.cacheEntry.deleteMany({ where: { projectId: project } }),
    ];
    for (const [at, step] of steps.entries()) {
      await step();
      expect(await counted(organization), `step ${at}`).toMatchObject(await summed(organization));
      if (at % 3 === 0) await counters.fold();
      expect(await counted(organization), `step ${at}, folded`).toMatchObject(await summed(organization));
    }
    expect(await counters.fold()).toBe(false);
    expect(await prisma.usageDelta.count()).toBe(0);
    expect(await counted(organization)).toMatchObject({
      imageBytes: 900,
      logBytes: 350,
      deliveryBytes: 3 * (1_000 + 2 + 1_024),
    });
    await prisma.project.deleteMany({ where: { organizationId: organization } });
    await prisma.organization.delete({ where: { id: organization } });
    const where = { organizationId: organization };
    expect([await prisma.usageTotal.count({ where }), await prisma.usageDelta.count({ where })]).toEqual([0, 0]);
  });

  it('R-M3 counts minutes on the days on which builds had their slots, and what runs now', async () => {
    const organization = await world.organization();
    const project = await world.project(organization);
    const midnight = new Date();
    midnight.setUTCHours(0, 0, 0, 0);
    const day = (offset: number) => new Date(midnight.getTime() + offset * 86_400_000).toISOString().slice(0, 10);
    // From 23:50 until 00:10.
    await attempt(project, 20, 0, new Date(midnight.getTime() - 86_400_000 + 10 * 60_000));
    await counters.fold();
    await attempt(project, 5, 0, new Date(midnight.getTime() - 3_600_000));
    const running = await attempt(project, 4, 0);
    await world.db.prisma.attempt.update({ where: { id: running.id }, data: { state: 'claimed', endedAt: null } });
    const days = new Map(
      (await quotas.minutesByDay(organization, 30)).map(({ day: name, minutes }) => [name, minutes]),
    );
    expect(days.get(day(-2))).toBeCloseTo(10, 1);
    expect(days.get(day(-1))).toBeCloseTo(15, 1);
    const all = [...days.values()].reduce((sum, minutes) => sum + minutes, 0);
    expect(all).toBeGreaterThan(28.9);
    expect(all).toBeLessThan(40);
    expect((await quotas.usage(organization)).buildMinutes).toBeGreaterThan(3.9);
  });

  it('R3-A6 counts minutes for which the export of a cache held an engine that nothing else was in', async () => {
    const { prisma } = world.db;
    const organization = await world.organization();
    const exported = async (lane: string, cacheExportMs: number) => {
      const { buildId } = await attempt(await world.project(organization), 0, 0);
      await prisma.attempt.updateMany({ where: { buildId }, data: { lane } });
      await prisma.build.update({ where: { id: buildId }, data: { attemptNumber: 1 } });
      await prisma.build.update({ where: { id: buildId }, data: { cacheExportMs } });
      return (await quotas.usage(organization)).buildMinutes;
    };
    // Beside other builds.
    expect(await exported('trusted', 60_000)).toBeCloseTo(0);
    expect(await exported('strangers', 60_000)).toBeCloseTo(1);
    // No longer than an export may take, and never negative.
    expect(await exported('strangers', 2_000_000_000)).toBeCloseTo(11);
    expect(await exported('strangers', -2_000_000_000)).toBeCloseTo(11);
    await counters.fold();
    expect((await quotas.usage(organization)).buildMinutes).toBeCloseTo(11);
  });
});
