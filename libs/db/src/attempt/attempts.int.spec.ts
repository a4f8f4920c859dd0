import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { BuildRepository, StepRepository } from '../index.js';

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
  ...{
    ordinal: 1,
    vertexId: 'sha256:v',
    name: 'FROM a',
    stage: null,
    target: null,
    platform: null,
    internal: false,
    cached: false,
  },
  ...{ startedAt: null, completedAt: null, error: null, progressGroup: null },
};

describe('attempts on PostgreSQL', () => {
  let world: World;
  let builds: BuildRepository;
  beforeAll(async () => {
    world = await World.open();
    builds = new BuildRepository(world.db);
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

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
