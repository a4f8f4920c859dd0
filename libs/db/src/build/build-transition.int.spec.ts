import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { BuildNotes, BuildRepository, PublishRepository, SweepRepository, TenureRepository } from '../index.js';

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
const failure = { code: 'RegistryUnavailable', message: 'a\0b' } as const;

describe('transitions of builds', () => {
  let world: World;
  let builds: BuildRepository;
  let notes: BuildNotes;
  beforeAll(async () => {
    world = await World.open();
    builds = new BuildRepository(world.db);
    notes = new BuildNotes(world.db);
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const running = async () => {
    const project = await world.project();
    const builder = await world.builder(64);
    const attempt = await world.claimed(project, builder);
    const speaker = { buildId: attempt.build.id, attemptNumber: 1 };
    return { project, builder, attempt, id: attempt.build.id, speaker };
  };
  const published = async (project: string) => {
    const control = await world.processes.start('control', 'c', {});
    const outcome = await new TenureRepository(world.db).acquire(project, control, 30_000);
    if (!outcome.ok) throw new Error('no tenure');
    return { publishes: new PublishRepository(world.db), tenure: outcome.tenure };
  };

  it('leave a trace of phases and moments, all by the database’s clock and in order', async () => {
    const { project, builder, attempt, id, speaker } = await running();
    await notes.setPhase({ ...speaker, stage: 'builder' }, 'build');
    await notes.setPhase({ ...speaker, stage: 'builder' }, 'push');
    const built = await world.attempts.built(attempt, builder, facts);
    if (!built.ok) throw new Error(built.reason);
    for (const phase of ['inspect', 'sign', 'verify'] as const)
      await notes.setPhase({ ...speaker, stage: 'control' }, phase);
    const { publishes, tenure } = await published(project);
    await publishes.passGate(built.build, tenure, { platforms: ['linux/amd64'] });
    expect(await builds.find(id)).toMatchObject({ stage: 'publishing', phase: 'publish' });
    await publishes.succeed(built.build, tenure);
    const build = (await builds.find(id))!;
    expect(build).toMatchObject({ status: 'succeeded', stage: null, phase: null, waitReason: null });
    const phases = ['fetch', 'build', 'push', 'inspect', 'sign', 'verify', 'publish'];
    expect(build.phases.map(({ phase }) => phase)).toEqual(phases);
    const moments = build.phases.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt ?? 'open']);
    expect([...moments].sort()).toEqual(moments);
    for (const moment of moments) expect(moment).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const { startedAt, builtAt, finishedAt } = build;
    expect([startedAt, builtAt, finishedAt].map(Number)).toEqual([startedAt, builtAt, finishedAt].map(Number).sort());
    const events = await world.db.prisma.buildEvent.findMany({ where: { buildId: id }, orderBy: { id: 'asc' } });
    expect(events.map(({ event, fromStatus, toStatus }) => [event, fromStatus, toStatus])).toEqual([
      ['claimed', 'queued', 'running'],
      ['built', 'running', 'running'],
      ['gate', 'running', 'running'],
      ['published', 'running', 'succeeded'],
    ]);
  });

  it('let no late note of a builder speak of what control does', async () => {
    const { builder, attempt, id, speaker } = await running();
    await world.attempts.built(attempt, builder, facts);
    await notes.setPhase({ ...speaker, stage: 'control' }, 'sign');
    await notes.setPhase({ ...speaker, stage: 'builder' }, 'push');
    await notes.setPhase({ ...speaker, stage: 'control' }, 'inspect');
    await notes.setPhase({ ...speaker, stage: 'control', attemptNumber: 7 }, 'verify');
    expect(await builds.find(id)).toMatchObject({ phase: 'sign' });
  });

  it('say why a build does not move, and take it back when it moves again', async () => {
    const { builder, attempt, id, speaker } = await running();
    await world.attempts.built(attempt, builder, facts);
    const control = { ...speaker, stage: 'control' } as const;
    await notes.setPhase(control, 'sign');
    await notes.setWaitReason(control, 'registry_unavailable');
    expect(await builds.find(id)).toMatchObject({ waitReason: 'registry_unavailable', phase: 'sign' });
    await notes.setPhase(control, 'inspect');
    expect(await builds.find(id)).toMatchObject({ waitReason: null, phase: 'sign' });
    await notes.setWaitReason(control, 'registry_unavailable');
    await builds.fail(id, 1, failure);
    expect(await builds.find(id)).toMatchObject({ status: 'failed', waitReason: null });
    await notes.setWaitReason(control, 'registry_unavailable');
    expect(await builds.find(id)).toMatchObject({ waitReason: null });
  });

  it('export no cache of a build that did not succeed', async () => {
    const { builder, attempt, id } = await running();
    await world.attempts.built(attempt, builder, facts);
    expect(await builds.find(id)).toMatchObject({ cacheExport: 'pending' });
    await builds.fail(id, 1, failure);
    expect(await builds.find(id)).toMatchObject({ cacheExport: 'none', failure: { message: 'a\ufffdb' } });
  });

  it('promise the export with success, and let only its first end count', async () => {
    const { project, builder, attempt, id } = await running();
    const built = await world.attempts.built(attempt, builder, facts);
    if (!built.ok) throw new Error(built.reason);
    const { publishes, tenure } = await published(project);
    await notes.endCacheExport(id, 'done');
    expect(await builds.find(id)).toMatchObject({ cacheExport: 'pending' });
    await publishes.passGate(built.build, tenure, { platforms: [] });
    await publishes.succeed(built.build, tenure);
    expect(await world.db.prisma.outbox.count({ where: { topic: 'export-cache', subjectId: id } })).toBe(1);
    await notes.endCacheExport(id, 'failed', 'nobody did it');
    await notes.endCacheExport(id, 'done');
    expect(await builds.find(id)).toMatchObject({ cacheExport: 'failed', cacheExportNote: 'nobody did it' });
  });

  it('show no failure of a build that a person has canceled', async () => {
    const { builder, attempt, id } = await running();
    await builds.requestCancel(id, 'ada');
    await world.attempts.failed(attempt, builder, failure, { retryable: true, attemptsLeft: true, pauseMs: 0 });
    const build = await builds.find(id);
    expect(build).toMatchObject({ status: 'canceled', failure: null });
    expect(build?.stoppedAt).not.toBeNull();
  });

  it('of a cancel, an end and a loss that meet leave one end, and an event for each step to it', async () => {
    const sweeps = new SweepRepository(world.db);
    for (let round = 0; round < 15; round++) {
      const { builder, attempt, id } = await running();
      await world.processes.end(builder, 'exited');
      const lost = { attemptId: attempt.attemptId, buildId: id, number: 1, cause: 'exited' } as const;
      await Promise.all([
        builds.requestCancel(id, 'ada'),
        world.attempts.built(attempt, builder, facts),
        sweeps.closeLost(lost, false, { code: 'WorkerLost', message: 'gone' }),
        notes.setPhase({ buildId: id, attemptNumber: 1, stage: 'builder' }, 'build'),
      ]);
      const build = (await builds.find(id))!;
      const events = await world.db.prisma.buildEvent.findMany({ where: { buildId: id }, orderBy: { id: 'asc' } });
      for (const [at, event] of events.entries()) if (at > 0) expect(event.fromStatus).toBe(events[at - 1]!.toStatus);
      expect(events.at(-1)!.toStatus).toBe(build.status);
      expect(build.status === 'running' ? build.stage : 'over').not.toBe('builder');
      expect(await world.db.prisma.attempt.count({ where: { buildId: id, state: 'claimed' } })).toBe(0);
    }
  });
});
