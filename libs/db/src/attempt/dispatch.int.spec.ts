import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { BuildRepository, DrainRepository, RegistryTokenRepository } from '../index.js';

const failure = { code: 'StepFailed', message: 'no' } as const;
const again = { retryable: true, attemptsLeft: true, pauseMs: 0 };

describe('attempts that are handed out', () => {
  let world: World;
  let builds: BuildRepository;
  beforeAll(async () => {
    world = await World.open();
    builds = new BuildRepository(world.db);
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  it('ask for their first registry token by all that every later one is asked by', async () => {
    await world.builder();
    await world.build(await world.project());
    const first: unknown[] = [];
    await world.dispatches.dispatchNext((need) => {
      first.push(need);
      return { sealed: Buffer.from('sealed'), ttlMs: 1_000 };
    });
    expect(first).toMatchObject([{ cacheEpoch: expect.any(Number), mainCacheEpoch: expect.any(Number) }]);
    expect(await new RegistryTokenRepository(world.db).findNeeds(300_000)).toEqual(first);
  });

  it('go to organizations in turns: one with a long queue does not hold back another', async () => {
    await world.builder(4);
    const busy = await world.project();
    for (let i = 0; i < 6; i++) await world.build(busy);
    const quiet = await world.build(await world.project());
    const dispatched = await world.dispatch();
    expect(dispatched).toHaveLength(4);
    expect(dispatched.slice(0, 2).map((attempt) => attempt.buildId)).toContain(quiet.id);
    expect(await world.dispatch()).toEqual([]);
  });

  it('are not made for a build that is canceled in the same moment, and keep no slot for one', async () => {
    await world.builder(64);
    const project = await world.project();
    for (let round = 0; round < 25; round++) {
      const build = await world.build(project);
      await Promise.all([world.dispatch(), builds.requestCancel(build.id, 'ada')]);
      expect((await builds.find(build.id))?.status).toBe('canceled');
      expect(await world.db.prisma.attempt.count({ where: { state: { in: ['dispatched', 'claimed'] } } })).toBe(0);
    }
  });

  it('R17C-5 go to no builder that drains, whatever it says of itself', async () => {
    await world.builder(4);
    await world.build(await world.project());
    const drains = new DrainRepository(world.db);
    const { name } = await world.db.prisma.processInstance.findFirstOrThrow({ where: { role: 'builder' } });
    const actor = { kind: 'person', id: 'u1', name: 'Olga', ip: null } as const;
    await drains.drain({ name, pool: 'trusted' }, actor);
    expect(await world.dispatch()).toEqual([]);
    // One of the other pool may call itself the same.
    await drains.resume({ name, pool: 'trusted' }, actor);
    await drains.drain({ name, pool: 'strangers' }, actor);
    expect(await world.dispatch()).toHaveLength(1);
    await drains.resume({ name, pool: 'strangers' }, actor);
  });

  it('wait for their pause after a fault', async () => {
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder);
    await world.attempts.failed(attempt, builder, failure, { ...again, pauseMs: 60_000 });
    expect(await builds.find(attempt.build.id)).toMatchObject({ status: 'queued', failure: { code: 'StepFailed' } });
    expect(await world.dispatch()).toEqual([]);
    await world.db.prisma.$executeRaw`UPDATE build SET dispatch_after = dispatch_after - interval '1 minute'`;
    expect(await world.dispatch()).toMatchObject([{ buildId: attempt.build.id, number: 2 }]);
  });

  it('are handed over again less and less often, each time under another number', async () => {
    await world.builder();
    await world.build(await world.project());
    await world.dispatch();
    const ageBy = (seconds: number) =>
      world.db.prisma.$executeRaw`UPDATE attempt SET dispatched_at = now() - ${seconds} * interval '1 second'`;
    const due = async (seconds: number) => {
      await ageBy(seconds);
      return (await world.dispatches.unclaimed(2_000)).map(({ handovers }) => handovers);
    };
    expect([await due(1), await due(3), await due(3), await due(5), await due(9)]).toEqual([[], [1], [], [2], [3]]);
    await world.db.prisma.$executeRaw`UPDATE attempt SET handovers = 500`;
    expect([await due(59), await due(61)]).toEqual([[], [501]]);
  });

  it('R5-B5 are made and explained for others while a builder holds the row of a build that waits', async () => {
    const [held, other] = [await world.build(await world.project()), await world.build(await world.project())];
    await world.db.prisma.$executeRaw`UPDATE build SET queued_at = now() - interval '10 seconds'`;
    await world.whileHeld(`SELECT 1 FROM build WHERE id = '${held.id}' FOR UPDATE`, async () => {
      await world.dispatches.explainWaiting();
      expect((await builds.find(other.id))?.waitReason).not.toBeNull();
      await world.builder(1);
      expect(await world.dispatch()).toMatchObject([{ buildId: other.id }]);
    });
    await world.builder(1);
    expect(await world.dispatch()).toMatchObject([{ buildId: held.id }]);
  });

  it('R-M9 are handed over again while a builder holds the row of another attempt', async () => {
    await world.builder(4);
    const project = await world.project();
    await world.build(project);
    await world.build(project);
    const [held, other] = await world.dispatch();
    await world.db.prisma.$executeRaw`UPDATE attempt SET dispatched_at = now() - interval '1 minute'`;
    const moved = await world.whileHeld(`SELECT 1 FROM attempt WHERE id = '${held!.attemptId}' FOR UPDATE`, () =>
      world.dispatches.unclaimed(2_000),
    );
    expect(moved.map(({ attemptId }) => attemptId)).toEqual([other!.attemptId]);
  });

  it('R-M9 are dispatched and handed over whoever holds an advisory lock, which any role can', async () => {
    await world.builder(4);
    await world.build(await world.project());
    await world.whileHeld('SELECT pg_advisory_lock(731001)', async () => {
      expect(await world.dispatch()).toHaveLength(1);
      await world.db.prisma.$executeRaw`UPDATE attempt SET dispatched_at = now() - interval '1 minute'`;
      expect(await world.dispatches.unclaimed(2_000)).toHaveLength(1);
    });
  });

  it('are dispatched by one process at a time', async () => {
    await world.builder(4);
    await world.build(await world.project());
    const waiting = await world.whileHeld(`SELECT 1 FROM named_lock WHERE name = 'dispatch' FOR UPDATE`, async () => {
      const dispatched = world.dispatch();
      await expect
        .poll(
          () => world.db.prisma.$queryRaw`SELECT 1 FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%named_lock%'`,
        )
        .toHaveLength(1);
      return { dispatched };
    });
    expect(await waiting.dispatched).toHaveLength(1);
  });

  it('R-M9 get new tokens while a builder holds the row of another attempt', async () => {
    const tokens = new RegistryTokenRepository(world.db);
    const builder = await world.builder();
    const [held, other] = [
      await world.claimed(await world.project(), builder),
      await world.claimed(await world.project(), builder),
    ];
    const renew = ({ attemptId }: { attemptId: string }) =>
      tokens.renew(attemptId, { sealed: Buffer.from('new'), ttlMs: 300_000 });
    await world.whileHeld(`SELECT 1 FROM attempt WHERE id = '${held.attemptId}' FOR UPDATE`, async () => {
      await renew(held);
      await renew(other);
    });
    const kept = async ({ attemptId }: { attemptId: string }) =>
      Buffer.from((await tokens.read(attemptId))!.sealed).toString();
    expect([await kept(held), await kept(other)]).toEqual(['sealed', 'new']);
  });

  it('begin with a token, and get none any more when they have ended', async () => {
    const tokens = new RegistryTokenRepository(world.db);
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder);
    expect((await tokens.read(attempt.attemptId))?.expiresInMs).toBeGreaterThan(200_000);
    expect(await tokens.findNeeds(60_000)).toEqual([]);
    const [need] = await tokens.findNeeds(600_000);
    expect(need).toMatchObject({ attemptId: attempt.attemptId, number: 1, ref: 'refs/heads/main' });
    await world.attempts.failed(attempt, builder, failure, again);
    await tokens.put(need!.attemptId, { sealed: Buffer.from('late'), ttlMs: 300_000 });
    expect(await world.db.prisma.attempt.findFirst({ where: { id: attempt.attemptId } })).toMatchObject({
      registryToken: null,
    });
  });

  it('whose lease has run out get no token, for somebody else may have their epoch soon', async () => {
    const tokens = new RegistryTokenRepository(world.db);
    const attempt = await world.claimed(await world.project(), await world.builder(), 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await tokens.put(attempt.attemptId, { sealed: Buffer.from('new'), ttlMs: 300_000 });
    expect(Buffer.from((await tokens.read(attempt.attemptId))!.sealed).toString()).toBe('sealed');
    await world.db.prisma.attempt.updateMany({ data: { state: 'lost' } });
  });
});
