import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { BuildRepository, RegistryTokenRepository, StepRepository, SweepRepository } from '../index.js';

const facts = {
  digest: `sha256:${'1'.repeat(64)}`,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  sizeBytes: 100,
  baseImages: [],
  stepsTotal: 3,
  stepsCached: 1,
  warnings: [],
  exportCache: true,
};
const failure = { code: 'StepFailed', message: 'no' } as const;
const again = { retryable: true, attemptsLeft: true, pauseMs: 0 };

const step = {
  ...{ ordinal: 1, vertexId: 'sha256:v', name: 'FROM a', stage: null, platform: null, internal: false, cached: false },
  ...{ startedAt: null, completedAt: null, error: null, progressGroup: null },
};

describe('attempts on PostgreSQL', () => {
  let world: World;
  let builds: BuildRepository;
  let sweeps: SweepRepository;
  beforeAll(async () => {
    world = await World.open();
    builds = new BuildRepository(world.db);
    sweeps = new SweepRepository(world.db);
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const states = async (buildId: string) => {
    const rows = await world.db.prisma.attempt.findMany({ where: { buildId }, orderBy: { number: 'asc' } });
    return rows.map(({ state }) => state);
  };

  it('are claimed by exactly one of many', async () => {
    const builder = await world.builder();
    const build = await world.build(await world.project());
    const [attempt] = await world.dispatch();
    const claims = await Promise.all(
      Array.from({ length: 12 }, () => world.attempts.claim(attempt!.attemptId, builder, 'b', 15_000)),
    );
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
    expect(await builds.find(build.id)).toMatchObject({
      status: 'running',
      stage: 'builder',
      phase: 'fetch',
      attemptNumber: 1,
    });
  });

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

  it('of a canceled build cannot be claimed', async () => {
    const builder = await world.builder();
    const build = await world.build(await world.project());
    const dispatched = await world.dispatch();
    const attempt = dispatched.find((item) => item.buildId === build.id)!;
    expect(await builds.requestCancel(build.id, 'ada')).toMatchObject({
      ok: true,
      build: { status: 'canceled', cancelRequestedBy: 'ada' },
    });
    expect(await world.attempts.claim(attempt.attemptId, builder, 'b', 15_000)).toBeNull();
  });

  it('end once: of a late failure and a good end only the first counts', async () => {
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder);
    const [built, failed] = await Promise.all([
      world.attempts.built(attempt, builder, facts),
      world.attempts.failed(attempt, builder, failure, again),
    ]);
    expect([built.ok, failed.ok].filter(Boolean)).toHaveLength(1);
  });

  it('promise their publication in the same transaction as `built`', async () => {
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder);
    await world.attempts.built(attempt, builder, facts);
    const rows = await world.db.prisma.outbox.findMany({ where: { topic: 'publish', subjectId: attempt.build.id } });
    expect(rows).toHaveLength(1);
  });

  it('of a builder that was seen to exit are lost at once, and the build is queued again', async () => {
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder, 600_000);
    expect(await sweeps.findLost()).toEqual([]);
    await world.processes.end(builder, 'exited');
    const [lost] = await sweeps.findLost();
    expect(lost).toMatchObject({ attemptId: attempt.attemptId, cause: 'exited' });
    expect(await sweeps.closeLost(lost!, true, { code: 'WorkerLost', message: 'gone' })).toMatchObject({
      ok: true,
      build: { status: 'queued' },
    });
    // The dead builder wakes: whatever it says is refused.
    expect(await world.attempts.built(attempt, builder, facts)).toEqual({ ok: false, reason: 'stale' });
    expect((await world.attempts.heartbeat([attempt.attemptId], builder, 15_000)).get(attempt.attemptId)).toBe(
      'not_yours',
    );
  });

  it('that beat in time are not lost by an expired look', async () => {
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder, 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const [lost] = await sweeps.findLost();
    expect(lost?.cause).toBe('lease');
    await world.attempts.heartbeat([attempt.attemptId], builder, 15_000);
    expect(await sweeps.closeLost(lost!, true, { code: 'WorkerLost', message: 'gone' })).toEqual({
      ok: false,
      reason: 'stale',
    });
    await world.attempts.stopped(attempt, builder);
  });

  it('fail the build when none is left', async () => {
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder);
    await world.processes.end(builder, 'exited');
    const [lost] = await sweeps.findLost();
    const outcome = await sweeps.closeLost(lost!, false, { code: 'WorkerLost', message: 'gone' });
    expect(outcome).toMatchObject({
      ok: true,
      build: { id: attempt.build.id, status: 'failed', failure: { code: 'WorkerLost' } },
    });
  });

  it('of a running build are told of a cancel by their heartbeat, and the build ends when the work has', async () => {
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder);
    expect(await builds.requestCancel(attempt.build.id, 'ada')).toMatchObject({
      ok: true,
      build: { status: 'canceling' },
    });
    expect(await builds.requestCancel(attempt.build.id, 'bob')).toEqual({ ok: false, reason: 'already_canceling' });
    expect((await world.attempts.heartbeat([attempt.attemptId], builder, 15_000)).get(attempt.attemptId)).toBe(
      'cancel',
    );
    const outcome = await world.attempts.stopped(attempt, builder);
    expect(outcome).toMatchObject({ ok: true, build: { status: 'canceled' } });
    expect((await builds.find(attempt.build.id))?.stoppedAt).not.toBeNull();
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

  it('of which one is claimed while its build is canceled end either way, and never in between', async () => {
    const builder = await world.builder(64);
    const project = await world.project();
    for (let round = 0; round < 25; round++) {
      const build = await world.build(project);
      const [attempt] = await world.dispatch();
      const [claimed] = await Promise.all([
        world.attempts.claim(attempt!.attemptId, builder, 'b', 15_000),
        builds.requestCancel(build.id, 'ada'),
      ]);
      const { status } = (await builds.find(build.id))!;
      const { state } = await world.db.prisma.attempt.findFirstOrThrow({ where: { buildId: build.id } });
      expect([status, state]).toEqual(claimed ? ['canceling', 'claimed'] : ['canceled', 'canceled']);
      if (claimed) await world.attempts.stopped(claimed, builder);
    }
  });

  it('that do not follow a cancel although their builder lives are ended after a while', async () => {
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder, 600_000);
    await builds.requestCancel(attempt.build.id, 'ada');
    expect(await sweeps.findOverdue(30_000)).toEqual([]);
    await world.db.prisma.$executeRaw`UPDATE build SET cancel_requested_at = now() - interval '31 seconds'`;
    const [overdue] = await sweeps.findOverdue(30_000);
    expect(await sweeps.closeOverdue(overdue!, { code: 'TimedOut', message: 'late' })).toMatchObject({
      ok: true,
      build: { status: 'canceled', failure: null },
    });
    expect(await states(attempt.build.id)).toEqual(['canceled']);
    expect((await world.attempts.heartbeat([attempt.attemptId], builder, 1)).get(attempt.attemptId)).toBe('not_yours');
  });

  it('over their time limit are ended when their builder does not do it', async () => {
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder, 600_000);
    await world.db.prisma.$executeRaw`UPDATE attempt SET claimed_at = now() - interval '91 seconds'`;
    const [overdue] = await sweeps.findOverdue(30_000);
    await sweeps.closeOverdue(overdue!, { code: 'TimedOut', message: 'late' });
    expect(await builds.find(attempt.build.id)).toMatchObject({ status: 'timed_out', failure: { code: 'TimedOut' } });
    expect(await states(attempt.build.id)).toEqual(['timed_out']);
  });

  it('that nobody takes for a day are given up with their build, and one that was taken meanwhile is not', async () => {
    const builder = await world.builder(8);
    const project = await world.project();
    const [waiting, taken] = [await world.build(project), await world.build(project)];
    const dispatched = await world.dispatch();
    await world.db.prisma.$executeRaw`UPDATE build SET queued_at = now() - interval '25 hours'`;
    expect(await sweeps.findForgotten(86_400_000)).toEqual([waiting.id, taken.id]);
    await world.attempts.claim(dispatched[1]!.attemptId, builder, 'b', 15_000);
    const gone = { code: 'TimedOut', message: 'nobody' } as const;
    expect(await sweeps.closeForgotten(waiting.id, gone)).toMatchObject({ ok: true, build: { status: 'timed_out' } });
    expect(await sweeps.closeForgotten(taken.id, gone)).toEqual({ ok: false, reason: 'stale' });
    expect(await states(waiting.id)).toEqual(['timed_out']);
  });

  it('of a build that was sent back count as its waiting anew', async () => {
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder);
    await world.db.prisma.$executeRaw`UPDATE build SET queued_at = now() - interval '25 hours'`;
    await world.attempts.failed(attempt, builder, failure, again);
    expect(await sweeps.findForgotten(86_400_000)).toEqual([]);
  });

  it('wait for their pause after a fault', async () => {
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder);
    await world.attempts.failed(attempt, builder, failure, { ...again, pauseMs: 150 });
    expect(await builds.find(attempt.build.id)).toMatchObject({ status: 'queued', failure: { code: 'StepFailed' } });
    expect(await world.dispatch()).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 200));
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

  it('take no steps from a builder that has lost them', async () => {
    const steps = new StepRepository(world.db);
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder);
    const named = (name: string) => [{ ...step, name }];
    await steps.save(attempt.attemptId, named('FROM a\0b'));
    await world.attempts.failed(attempt, builder, failure, again);
    await steps.save(attempt.attemptId, named('late'));
    await steps.saveLines(attempt.attemptId, [{ vertexId: step.vertexId, startLine: 9, endLine: 9 }]);
    expect(await world.db.prisma.step.findMany({ select: { name: true, startLine: true } })).toEqual([
      { name: 'FROM a\ufffdb', startLine: null },
    ]);
  });
});
