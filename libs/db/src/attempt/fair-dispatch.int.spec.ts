import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';

describe('slots of builders', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const waiting = async (projectId: string, count: number) => {
    for (let i = 0; i < count; i++) await world.build(projectId);
  };
  const dispatched = async () => {
    const attempts = await world.dispatch();
    const builds = await world.db.prisma.build.findMany({ where: { id: { in: attempts.map((a) => a.buildId) } } });
    return attempts.map(({ buildId }) => builds.find(({ id }) => id === buildId)!.projectId);
  };
  const counted = (ids: readonly string[]) =>
    Object.fromEntries([...Map.groupBy(ids, (id) => id)].map(([id, all]) => [id, all.length]));
  /** Lets every attempt end that has held its slot for so long, in seconds. */
  const endAfter = async (projectId: string, seconds: number) => {
    await world.db.prisma.$executeRaw`
      UPDATE attempt a SET state = 'built', dispatched_at = now() - ${seconds} * interval '1 second',
        claimed_at = now() - ${seconds} * interval '1 second', ended_at = now()
      FROM build b WHERE b.id = a.build_id AND a.state = 'dispatched' AND b.project_id = ${projectId}::uuid`;
    await world.db.prisma.$executeRaw`
      UPDATE build b SET status = 'succeeded' FROM attempt a WHERE a.build_id = b.id AND a.state = 'built'`;
  };
  const quota = (
    scope: string,
    data: { weight?: number; concurrentBuilds?: number; buildMinutes?: number; logBytes?: number },
  ) => world.db.prisma.quota.create({ data: { scope, ...data } });
  const reasons = async (projectId: string) => {
    await world.db.prisma.$executeRaw`UPDATE build SET queued_at = now() - interval '10 seconds'`;
    await world.dispatches.explainWaiting();
    const builds = await world.db.prisma.build.findMany({ where: { projectId, status: 'queued' } });
    const open = await world.db.prisma.attempt.findMany({ where: { state: 'dispatched' } });
    const free = builds.filter(({ id }) => !open.some(({ buildId }) => buildId === id));
    return [...new Set(free.map(({ waitReason }) => waitReason))];
  };

  it('go to organizations by the time that they held them, so that long builds get fewer [A3 slots are shares]', async () => {
    await world.builder(2);
    const [long, short] = [await world.project(), await world.project()];
    await waiting(long, 5);
    await waiting(short, 5);
    expect(counted(await dispatched())).toEqual({ [long]: 1, [short]: 1 });
    await endAfter(long, 300);
    await endAfter(short, 30);
    // One slot is free for `short` alone until it has had as much; the other is kept from it.
    expect(await dispatched()).toEqual([short, long]);
    await endAfter(short, 30);
    expect(await dispatched()).toEqual([short]);
  });

  it('R-H4 are never all held by one organization where another may build, and its builds say why they wait [A3 slots are shares]', async () => {
    await world.builder(2);
    const [busy] = [await world.project(), await world.project()];
    await waiting(busy, 3);
    expect(await dispatched()).toEqual([busy]);
    expect(await reasons(busy)).toEqual(['slot_kept_for_others']);
  });

  it('are all for the only organization that there is', async () => {
    await world.builder(2);
    const only = await world.project();
    await waiting(only, 3);
    expect(await dispatched()).toEqual([only, only]);
    expect(await reasons(only)).toEqual(['no_free_slot']);
  });

  it('are shared by the weights that the operator sets', async () => {
    await world.builder(8);
    const [heavyOrg, lightOrg] = [await world.organization(), await world.organization()];
    const [heavy, light] = [await world.project(heavyOrg), await world.project(lightOrg)];
    await quota(heavyOrg, { weight: 300 });
    await waiting(light, 9);
    await waiting(heavy, 9);
    expect(counted(await dispatched())).toEqual({ [heavy]: 6, [light]: 2 });
  });

  it('are given to builds of a higher priority first, within an organization and not beyond it', async () => {
    await world.builder(4);
    const [mine, other] = [await world.project(), await world.project()];
    const rule = (priority: number) =>
      world.db.prisma.rule.create({
        data: {
          ...{ id: crypto.randomUUID(), projectId: mine, name: String(priority), priority },
          ...{ refKind: 'branch', refPattern: '**', tags: ['x'] },
        },
      });
    const [low, high] = [await rule(-5), await rule(5)];
    const ruled = async (ruleId: string) => {
      const build = await world.build(mine);
      await world.db.prisma.build.update({ where: { id: build.id }, data: { ruleId } });
      return build.id;
    };
    const [first, second] = [await ruled(low.id), await ruled(high.id)];
    await waiting(other, 1);
    const order = (await world.dispatch()).map(({ buildId }) => buildId);
    expect(order.indexOf(second)).toBeLessThan(order.indexOf(first));
    expect(order).toHaveLength(3);
  });

  it('are given within the quota of concurrent builds, the organization’s own before that of the installation [A3 quotas]', async () => {
    await world.builder(8);
    const [ownOrg, plainOrg] = [await world.organization(), await world.organization()];
    const [own, plain] = [await world.project(ownOrg), await world.project(plainOrg)];
    await quota('installation', { concurrentBuilds: 1 });
    await quota(ownOrg, { concurrentBuilds: 2 });
    await waiting(own, 5);
    await waiting(plain, 5);
    expect(counted(await dispatched())).toEqual({ [own]: 2, [plain]: 1 });
    expect(await dispatched()).toEqual([]);
    expect(await reasons(plain)).toEqual(['quota_concurrent_builds']);
  });

  it('are not given to an organization that has used its minutes of the month, and its builds stay [A3 quotas]', async () => {
    await world.builder(8);
    const organizationId = await world.organization();
    const project = await world.project(organizationId);
    await quota(organizationId, { buildMinutes: 5 });
    await waiting(project, 1);
    expect(await dispatched()).toEqual([project]);
    await endAfter(project, 301);
    // All of it may have been in the month before.
    await world.db.prisma.$executeRaw`UPDATE attempt SET ended_at = now() + interval '6 minutes'`;
    await waiting(project, 2);
    expect(await dispatched()).toEqual([]);
    expect(await reasons(project)).toEqual(['quota_build_minutes']);
    await world.db.prisma.quota.update({ where: { scope: organizationId }, data: { buildMinutes: 1000 } });
    expect(await dispatched()).toEqual([project, project]);
  });

  it('R-M3 are not given to an organization whose logs take as much as they may, and what runs goes on', async () => {
    await world.builder(8);
    const organizationId = await world.organization();
    const project = await world.project(organizationId);
    await quota(organizationId, { logBytes: 1_000_000 });
    await waiting(project, 1);
    expect(await dispatched()).toEqual([project]);
    await world.db.prisma.$executeRaw`UPDATE attempt SET log_bytes = 1000000`;
    await waiting(project, 2);
    expect(await dispatched()).toEqual([]);
    expect(await reasons(project)).toEqual(['quota_log_bytes']);
    expect(await world.db.prisma.attempt.count({ where: { state: 'dispatched' } })).toBe(1);
    // Retention has deleted a log.
    await world.db.prisma.$executeRaw`UPDATE attempt SET log_bytes = 0`;
    expect(await dispatched()).toEqual([project, project]);
  });

  it('R7-B3 are not given to an organization whose builds left as much beside their logs as these may have', async () => {
    await world.builder(8);
    const organizationId = await world.organization();
    const project = await world.project(organizationId);
    await quota(organizationId, { logBytes: 1_000_000 });
    await waiting(project, 1);
    expect(await dispatched()).toEqual([project]);
    await world.db.prisma.attempt.updateMany({ data: { dockerfile: 'x'.repeat(1_000_000) } });
    await waiting(project, 1);
    expect(await dispatched()).toEqual([]);
    expect(await reasons(project)).toEqual(['quota_log_bytes']);
    await world.db.prisma.build.deleteMany({ where: { attempts: { some: {} } } });
    expect(await dispatched()).toEqual([project]);
  });

  it('are not given to an organization that is suspended, and take its builds again afterwards', async () => {
    await world.builder(8);
    const organizationId = await world.organization();
    const project = await world.project(organizationId);
    await world.db.prisma.organization.update({ where: { id: organizationId }, data: { suspendedAt: new Date() } });
    await waiting(project, 1);
    expect(await dispatched()).toEqual([]);
    expect(await reasons(project)).toEqual(['organization_suspended']);
    await world.db.prisma.organization.update({ where: { id: organizationId }, data: { suspendedAt: null } });
    expect(await dispatched()).toEqual([project]);
  });
});
