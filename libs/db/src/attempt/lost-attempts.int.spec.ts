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
const again = { retryable: true, attemptsLeft: true, pauseMs: 0 };

describe('attempts that do not come to their end by themselves', () => {
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

  it('R-M9 are swept while a builder holds rows of its own, whichever they are', async () => {
    const builder = await world.builder(8);
    const project = await world.project();
    const held = await world.claimed(project, builder);
    const other = await world.claimed(project, builder);
    const gone = { code: 'WorkerLost', message: 'gone' } as const;
    await world.processes.end(builder, 'exited');
    const { id: build, version } = (await builds.find(held.build.id))!;
    for (const hold of [
      `SELECT 1 FROM build WHERE id = '${build}' FOR UPDATE`,
      `SELECT 1 FROM attempt WHERE id = '${held.attemptId}' FOR KEY SHARE`,
      `INSERT INTO build_event (build_id, version, event, from_status, to_status, attempt_number)
        VALUES ('${build}', ${version + 1}, 'x', 'running', 'running', 1)`,
    ])
      await world.whileHeld(hold, async () => {
        const lost = (await sweeps.findLost()).find(({ attemptId }) => attemptId === held.attemptId)!;
        const stale = { ok: false, reason: 'stale' };
        expect(await sweeps.closeLost(lost, true, gone), hold).toEqual(stale);
        expect(await sweeps.closeOverdue({ ...lost }, gone), hold).toEqual(stale);
        expect(await sweeps.closeForgotten(build, gone), hold).toEqual(stale);
      });
    const lost = await sweeps.findLost();
    expect(lost.map(({ attemptId }) => attemptId)).toEqual([held.attemptId, other.attemptId]);
    for (const each of lost) expect(await sweeps.closeLost(each, false, gone)).toMatchObject({ ok: true });
    const unsealed = await world.whileHeld(`SELECT 1 FROM attempt WHERE id = '${held.attemptId}' FOR KEY SHARE`, () =>
      sweeps.findUnsealedLogs(0),
    );
    expect(unsealed.map(({ attemptId }) => attemptId)).toEqual([other.attemptId]);
  });

  it('R-M9 of silent builders are found while another silent builder holds its row', async () => {
    const [held, other] = [await world.builder(), await world.builder()];
    await world.db.prisma.$executeRaw`UPDATE process_instance SET heartbeat_at = now() - interval '1 day'`;
    const hold = `SELECT 1 FROM process_instance WHERE id = '${held}' FOR UPDATE`;
    await world.whileHeld(hold, () => world.processes.endSilent(60_000));
    const ended = async () => (await world.processes.list()).flatMap(({ id, endReason }) => (endReason ? [id] : []));
    expect(await ended()).toEqual([other]);
    await world.processes.endSilent(60_000);
    await world.whileHeld(hold, () => world.processes.forgetEnded(0));
    expect((await world.processes.list()).map(({ id }) => id)).toEqual([held]);
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

  it('R4-F2 may have waited for an engine that others use, for as long as their builder lets them', async () => {
    const builder = await world.builder();
    const attempt = await world.claimed(await world.project(), builder, 600_000);
    const overdue = async () => (await sweeps.findOverdue(30_000, [], 60_000)).map(({ attemptId }) => attemptId);
    await world.db.prisma.$executeRaw`UPDATE attempt SET claimed_at = now() - interval '91 seconds'`;
    expect(await overdue()).toEqual([attempt.attemptId]);
    await world.db.prisma.$executeRaw`UPDATE attempt SET lane = 'strangers'`;
    expect(await overdue()).toEqual([]);
    await world.db.prisma.$executeRaw`UPDATE attempt SET claimed_at = now() - interval '151 seconds'`;
    expect(await overdue()).toEqual([attempt.attemptId]);
    await world.attempts.stopped(attempt, builder);
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
});
