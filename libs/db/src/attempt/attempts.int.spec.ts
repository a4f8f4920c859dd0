import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { BuildRepository, SweepRepository } from '../index.js';

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

  it('are claimed by exactly one of many', async () => {
    const builder = await world.builder();
    const build = await world.build(await world.project());
    const [attempt] = await world.dispatches.dispatchNext();
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
    const dispatched = await world.dispatches.dispatchNext();
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
      world.attempts.failed(attempt, builder, failure, false, true),
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
    const dispatched = await world.dispatches.dispatchNext();
    expect(dispatched).toHaveLength(4);
    expect(dispatched.slice(0, 2).map((attempt) => attempt.buildId)).toContain(quiet.id);
    expect(await world.dispatches.dispatchNext()).toEqual([]);
  });
});
