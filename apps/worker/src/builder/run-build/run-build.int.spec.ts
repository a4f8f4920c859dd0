import { randomBytes } from 'node:crypto';
import { CacheLedgerRepository, SweepRepository } from '@cooperage/db';
import { BuildFailure, lostBeforeSteps, lostInOwnWork, masterKey } from '@cooperage/domain';
import type { BuildRequest } from '@cooperage/engines';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { aStep } from '../../../spec/a-step.js';
import { BuildBench, outcome, untilStopped } from '../../../spec/build-bench.js';

const step = {
  ...{ id: 'sha256:v', name: 'RUN x', ordinal: 1, stage: null, platform: null, inputs: [], startedAt: null },
  ...{ completedAt: null, cached: false, error: null, internal: false, progressGroup: null },
};

describe('an attempt', () => {
  let bench: BuildBench;
  beforeAll(async () => {
    bench = await BuildBench.open();
  });
  afterAll(() => bench.world.close());
  beforeEach(() => bench.begin());
  afterEach(() => bench.end());

  /** Every attempt is over for its builder: in its row, in its log, and in its memory. */
  const expectEnded = async (buildId: string, state: string) => {
    expect(await bench.attempt(buildId)).toMatchObject({ state, logComplete: true, registryToken: null });
    expect(bench.held.size).toBe(0);
  };

  it('ends as built, with everything that it told of', async () => {
    bench.work = async (_request, emit) => {
      await emit({ type: 'step', step });
      await emit({ type: 'log', stepId: step.id, stream: 1, data: Buffer.from('hello\n'), at: new Date() });
      await emit({ type: 'pushing', digest: outcome.digest });
      return { ...outcome, stepLines: new Map([[step.id, { startLine: 2, endLine: 3 }]]) };
    };
    const build = await bench.run();
    expect(build).toMatchObject({ status: 'running', stage: 'control', digest: outcome.digest, stepsTotal: 1 });
    expect(build.phases.map(({ phase }) => phase)).toEqual(['fetch', 'build', 'push']);
    expect(await bench.log((await bench.attempt(build.id)).id)).toBe('hello\n');
    expect(await bench.world.db.prisma.step.findFirst()).toMatchObject({ startLine: 2, endLine: 3 });
    await expectEnded(build.id, 'built');
  });

  it('that fails keeps what the builder noted before, on its lines', async () => {
    const warning = { rule: 'StageNameCasing', message: 'lower case', url: null, file: 'Dockerfile', line: 1 };
    bench.work = async (_request, emit) => {
      await emit({ type: 'warning', ...warning });
      throw new BuildFailure('StepFailed', 'It failed.', { place: { file: 'Dockerfile', line: 2 } });
    };
    expect(await bench.run()).toMatchObject({ status: 'failed', warnings: [warning] });
  });

  it('whose secret cannot be opened fails at once, and names it', async () => {
    await bench.secret('NPM_TOKEN', 'value', [masterKey(randomBytes(32))]);
    const build = await bench.run();
    expect(build).toMatchObject({ status: 'failed', failure: { code: 'InvalidBuildConfig' } });
    expect(build.failure?.message).toContain('NPM_TOKEN');
    await expectEnded(build.id, 'failed');
  });

  it('is written into the ledger of the cache: what was saved by the steps’ own history, what ran, what was fetched', async () => {
    const from = Date.parse('2026-11-28T12:00:00Z');
    const at = (ms: number) => new Date(from + ms);
    const make = { ...step, name: '[2/2] RUN make', startedAt: at(0), completedAt: at(40_000) };
    bench.work = async (_request, emit) => {
      await emit({ type: 'step', step: make });
      return outcome;
    };
    const first = await bench.run();
    bench.work = async (_request, emit) => {
      const importing = {
        ...step,
        id: 'sha256:i',
        ordinal: 2,
        name: 'importing cache manifest from x',
        internal: true,
      };
      await emit({ type: 'step', step: { ...importing, startedAt: at(0), completedAt: at(300) } });
      await emit({ type: 'step', step: { ...make, cached: true } });
      const layer = { type: 'progress', stepId: make.id, id: `sha256:${'a'.repeat(64)}`, name: 'downloading' } as const;
      await emit({ ...layer, current: 700, total: 700, done: true });
      return outcome;
    };
    // Builds that are over are looked back upon.
    await bench.world.db.prisma.build.update({ where: { id: first.id }, data: { status: 'succeeded' } });
    await bench.run();
    const days = await new CacheLedgerRepository(bench.world.db).days(bench.projectId, 2);
    expect(days).toMatchObject([
      { builds: 2, savedMs: 40_000, ranMs: 40_000, importMs: 300, importBytes: 700, exportMs: 0 },
    ]);
  });

  it('S-056 of strangers’ code is given no secret, and says so', async () => {
    await bench.secret('TOKEN', 'canary-4711');
    const asked: BuildRequest[] = [];
    bench.work = async (request) => {
      asked.push(request);
      return outcome;
    };
    await bench.takes('strangers');
    await bench.world.build(bench.projectId, { zone: 'fork' });
    const { attemptId, buildId } = await bench.dispatchNext();
    await bench.service().run(attemptId);
    expect(asked[0]!.secrets.size).toBe(0);
    expect(asked[0]!.strangers).toBe(true);
    expect((await bench.build(buildId)).warnings).toMatchObject([{ rule: 'SecretsWithheld' }]);
    await bench.takes('trusted');
    expect(await bench.run()).toMatchObject({ warnings: [] });
    expect([...asked[1]!.secrets.keys()]).toEqual(['TOKEN']);
  });

  it('R8-C3 says that the builder was emptied after it when it has left very many files', async () => {
    let files = 1;
    bench.usedFiles = async () => files;
    bench.work = async () => {
      files += 3_000_000;
      return outcome;
    };
    await bench.takes('strangers');
    await bench.world.build(bench.projectId, { zone: 'fork' });
    const { attemptId, buildId } = await bench.dispatchNext();
    await bench.service().run(attemptId);
    const warning = { rule: 'ManyFiles', message: expect.stringContaining('3,000,000 files') };
    expect(await bench.build(buildId)).toMatchObject({ digest: outcome.digest, warnings: [warning] });
  });

  it('of a rule that wants no cache reads none, shares none, and leaves none', async () => {
    const asked: BuildRequest[] = [];
    bench.work = async (request) => {
      asked.push(request);
      return outcome;
    };
    await bench.world.build(bench.projectId, { cachePolicy: 'none', isolated: true });
    const { attemptId, buildId } = await bench.dispatchNext();
    await bench.service().run(attemptId);
    expect(asked[0]).toMatchObject({ cacheImports: [], noCache: true });
    expect(asked[0]!.cacheMountNamespace).toContain(attemptId);
    expect((await bench.build(buildId)).cacheExport).toBe('none');
    expect((await bench.run()).cacheExport).toBe('pending');
  });

  it('with a secret that is too short to be masked is built all the same', async () => {
    await bench.secret('PIN', '123');
    expect(await bench.run()).toMatchObject({ stage: 'control' });
  });

  it('S-053 S-055 hides what it was given in log, steps, warnings and failures', async () => {
    await bench.secret('TOKEN', 'canary-4711');
    bench.work = async (_request, emit) => {
      await emit({ type: 'step', step: { ...step, name: 'RUN login canary-4711' } });
      await emit({ type: 'log', stepId: step.id, stream: 1, data: Buffer.from('it is canary-4'), at: new Date() });
      await emit({ type: 'log', stepId: step.id, stream: 1, data: Buffer.from('711\n'), at: new Date() });
      throw new BuildFailure('StepFailed', 'RUN login canary-4711 exited 1', { place: { step: 'RUN canary-4711' } });
    };
    const build = await bench.run();
    expect(build.failure).toMatchObject({ message: 'RUN login [secret TOKEN] exited 1' });
    const attempt = await bench.attempt(build.id);
    expect(await bench.log(attempt.id)).toBe('it is [secret TOKEN]\n');
    const { prisma } = bench.world.db;
    const rows = [await prisma.build.findMany(), await prisma.attempt.findMany(), await prisma.step.findMany()];
    const events = await prisma.buildEvent.findMany();
    const text = JSON.stringify([rows, events], (_key, value) => (typeof value === 'bigint' ? `${value}` : value));
    expect(text).not.toContain('canary-4711');
  });

  it('S-059 of a project that was given another one’s sealed secret cannot open it, and names it', async () => {
    const [mine, theirs] = [bench.projectId, await bench.world.project()];
    bench.projectId = theirs;
    await bench.secret('TOKEN', 'canary-4711');
    bench.projectId = mine;
    const { sealed } = await bench.world.db.prisma.projectSecret.findFirstOrThrow({ where: { projectId: theirs } });
    await bench.world.db.prisma.projectSecret.create({
      data: { id: crypto.randomUUID(), projectId: mine, name: 'TOKEN', sealed },
    });
    bench.work = vi.fn(async () => outcome);
    expect(await bench.run()).toMatchObject({ status: 'failed', failure: { code: 'InvalidBuildConfig' } });
    expect(bench.work).not.toHaveBeenCalled();
  });

  it('S-060 is built while the master key is rotated: old and new secrets are read, and none of the old key once that is gone', async () => {
    const seen: string[][] = [];
    const old = bench.keys;
    await bench.secret('OLD', 'value of before');
    let go = () => {};
    const rotated = new Promise<void>((resolve) => {
      go = resolve;
    });
    bench.work = async ({ secrets }) => {
      seen.push([...secrets.values()].map((value) => Buffer.from(value).toString()));
      await rotated;
      return outcome;
    };
    const running = bench.run();
    await expect.poll(() => seen).toHaveLength(1);
    const fresh = masterKey(randomBytes(32));
    bench.keys = [fresh, ...old];
    await bench.secret('NEW', 'value of after');
    go();
    expect(await running).toMatchObject({ stage: 'control' });
    expect(await bench.run()).toMatchObject({ stage: 'control' });
    expect(seen.map((values) => values.sort())).toEqual([['value of before'], ['value of after', 'value of before']]);
    bench.keys = [fresh];
    const build = await bench.run();
    expect(build).toMatchObject({ status: 'failed', failure: { code: 'InvalidBuildConfig' } });
    expect(build.failure?.message).toContain('OLD');
    await bench.world.db.prisma.projectSecret.delete({
      where: { projectId_name: { projectId: bench.projectId, name: 'OLD' } },
    });
    expect(await bench.run()).toMatchObject({ stage: 'control' });
    expect(seen.at(-1)).toEqual(['value of after']);
  });

  it('that meets a defect of ours waits a little and is tried again, without the inside of it shown', async () => {
    bench.work = () => Promise.reject(new TypeError('/srv/engine broke'));
    const build = await bench.run();
    expect(build).toMatchObject({ status: 'queued', failure: { code: 'InternalError' } });
    expect(build.failure?.message).not.toContain('/srv');
    expect(await bench.world.dispatch()).toEqual([]);
    await expectEnded(build.id, 'failed');
  });

  it('R3-A5 stores what its engine says in its own words as long as it may be, and no longer', async () => {
    const long = 'x'.repeat(50_000);
    const step = { id: 'v', name: `RUN ${long}`, ordinal: 1, stage: long, platform: null, inputs: [], error: long };
    const state = {
      ...{ startedAt: null, completedAt: null, cached: false, internal: false, progressGroup: null },
      ...step,
    };
    bench.work = async (_request, emit) => {
      await emit({ type: 'step', step: state });
      for (let at = 0; at < 200; at++)
        await emit({ type: 'warning', rule: 'r', message: long, url: null, line: 1, file: null });
      return outcome;
    };
    expect(await bench.run()).toMatchObject({ stage: 'control', warnings: { length: 200 } });
    const [stored] = await bench.world.db.prisma.step.findMany();
    expect([stored!.name.length, stored!.error!.length, stored!.stage!.length]).toEqual([32_768, 32_768, 1_000]);
    expect(stored!.name).toMatch(/^RUN x+…$/);
  });

  it('R4-P10 ends where its engine tells of more steps than are stored, and says so', async () => {
    bench.work = async (_request, emit) => {
      for (let at = 1; at <= 20_000; at++) await emit({ type: 'step', step: aStep(at) });
      return outcome;
    };
    expect(await bench.run()).toMatchObject({
      status: 'failed',
      failure: { code: 'DockerfileInvalid', message: expect.stringContaining('more than 6000 steps') },
    });
    expect(await bench.world.db.prisma.step.count()).toBeLessThanOrEqual(6_000);
  });

  it('R2-H-3 that is lost after its push leaves what it has pushed counted', async () => {
    bench.work = async ({ push }) => {
      await push.admit!({ ...image, isPushed: false });
      throw new BuildFailure('EngineUnavailable', 'gone');
    };
    const image = { digest: `sha256:${'2'.repeat(64)}`, blobs: [{ digest: `sha256:${'3'.repeat(64)}`, bytes: 12 }] };
    expect(await bench.run()).toMatchObject({ status: 'queued', digest: null });
    expect(await bench.world.db.prisma.stagedImage.findMany()).toMatchObject([{ digest: image.digest, bytes: 12n }]);
  });

  it('that loses its engine says so before the next one is handed out', async () => {
    bench.work = () => Promise.reject(new BuildFailure('EngineUnavailable', 'gone'));
    expect(await bench.run()).toMatchObject({ status: 'queued' });
    expect(bench.engineLost).toBe(1);
  });

  it('R6-A7 that loses a second engine before a step of its own is not tried a third time, and says why', async () => {
    const place = { step: '[internal] load metadata for registry.example/large:1' };
    bench.work = () => Promise.reject(new BuildFailure('EngineUnavailable', lostBeforeSteps, { place }));
    const first = await bench.run();
    expect(first).toMatchObject({ status: 'queued', failure: { code: 'EngineUnavailable', place } });
    await bench.world.db.prisma.$executeRaw`UPDATE build SET dispatch_after = NULL`;
    const { attemptId } = await bench.dispatchNext();
    await bench.service().run(attemptId);
    expect(await bench.build(first.id)).toMatchObject({
      ...{ status: 'failed', attemptNumber: 2 },
      failure: { code: 'FetchLimit', message: expect.stringContaining('registry.example/large:1') },
    });
    expect(bench.engineLost).toBe(2);
  });

  /** Two builds that lose each engine together, by what each of the two failures says. */
  const loseTwoTogether = async (service: ReturnType<BuildBench['service']>, ...messages: readonly string[]) => {
    const ids = [await bench.dispatch(), await bench.dispatch()];
    const again = async ({ buildId }: { buildId: string }) => {
      await bench.world.db.prisma.$executeRaw`UPDATE build SET dispatch_after = NULL WHERE id = ${buildId}::uuid`;
      return bench.dispatchNext();
    };
    for (const round of [1, 2]) {
      const attempts = round === 1 ? ids : [await again(ids[0]!), await again(ids[1]!)];
      const allIn = Promise.withResolvers<void>();
      let inside = 0;
      bench.work = async () => {
        const message = messages[inside++]!;
        if (inside === attempts.length) allIn.resolve();
        await allIn.promise;
        throw new BuildFailure('EngineUnavailable', message);
      };
      const first = service.run(attempts[0]!.attemptId);
      await expect.poll(() => inside).toBe(1);
      await Promise.all([first, service.run(attempts[1]!.attemptId)]);
    }
    const [first, second] = await Promise.all(ids.map(({ buildId }) => bench.build(buildId)));
    return { first: first!, second: second!, again };
  };

  it('R8-C4 is made a third time when two engines that were lost worked for another build as well', async () => {
    const service = bench.service();
    const { first, second, again } = await loseTwoTogether(service, lostInOwnWork, lostInOwnWork);
    const lost = { status: 'queued', attemptNumber: 2, failure: { code: 'EngineUnavailable' } };
    expect([first, second]).toMatchObject([lost, lost]);
    bench.work = async () => outcome;
    await service.run((await again({ buildId: first.id })).attemptId);
    expect(await bench.build(first.id)).toMatchObject({ attemptNumber: 3, stage: 'control', digest: outcome.digest });
    // A build that always brings a second one has three attempts too, and no more.
    bench.work = () => Promise.reject(new BuildFailure('EngineUnavailable', 'gone'));
    await service.run((await again({ buildId: second.id })).attemptId);
    expect(await bench.build(second.id)).toMatchObject({ status: 'failed', attemptNumber: 3 });
  });

  it('R8-C4 is not made a third time when two engines that were lost ran only steps of the other build', async () => {
    const { first, second } = await loseTwoTogether(bench.service(), lostInOwnWork, 'The connection was lost.');
    expect(first).toMatchObject({ status: 'failed', attemptNumber: 2, failure: { code: 'PolicyRefused' } });
    expect(second).toMatchObject({ status: 'queued', attemptNumber: 2, failure: { code: 'EngineUnavailable' } });
  });

  it('whose commit is gone fails for good', async () => {
    bench.prepare = () => Promise.reject(new BuildFailure('RefNotFound', 'gone'));
    const build = await bench.run();
    expect(build).toMatchObject({ status: 'failed', failure: { code: 'RefNotFound' } });
    await expectEnded(build.id, 'failed');
  });

  it('keeps a git host’s broken socket apart from a database that is away', async () => {
    const cause = Object.assign(new Error('lookup'), { code: 'ENOTFOUND' });
    bench.prepare = () => Promise.reject(new BuildFailure('SourceUnavailable', 'no host', { cause }));
    expect(await bench.run()).toMatchObject({ status: 'queued', failure: { code: 'SourceUnavailable' } });
  });

  it('with a NUL in its Dockerfile is built, and shown with a mark in its place', async () => {
    bench.dockerfile = Buffer.from('FROM scratch\n# a\0b\n');
    const build = await bench.run();
    expect(build.stage).toBe('control');
    expect((await bench.attempt(build.id)).dockerfile).toBe('FROM scratch\n# a\ufffdb\n');
  });

  it('S-047 made from too many images is refused', async () => {
    const baseImages = Array.from({ length: 300 }, (_, n) => ({ name: `i${n}`, digest: outcome.digest }));
    bench.work = async () => ({ ...outcome, baseImages });
    expect(await bench.run()).toMatchObject({ status: 'failed', failure: { code: 'PolicyRefused' } });
  });

  const begun = async () => {
    bench.work = vi.fn(untilStopped);
    const { attemptId, buildId } = await bench.dispatch();
    const running = bench.service().run(attemptId);
    await expect.poll(() => bench.work).toHaveBeenCalled();
    return { buildId, attemptId, running };
  };

  it('canceled while it builds is over when the work has ended', async () => {
    const { buildId, running } = await begun();
    await bench.builds.requestCancel(buildId, 'ada');
    bench.held.wake();
    await running;
    expect(await bench.build(buildId)).toMatchObject({ status: 'canceled', failure: null });
    await expectEnded(buildId, 'canceled');
  });

  it('R2-N4 canceled while a step of its preparation hears no signal is over all the same', async () => {
    const { promise: hanging, resolve: letGo } = Promise.withResolvers<void>();
    const prepare = vi.fn(() => hanging);
    bench.prepare = prepare;
    bench.work = vi.fn(async () => outcome);
    const { attemptId, buildId } = await bench.dispatch();
    const running = bench.service().run(attemptId);
    await expect.poll(() => prepare).toHaveBeenCalled();
    await bench.builds.requestCancel(buildId, 'ada');
    bench.held.wake();
    await running;
    expect(await bench.build(buildId)).toMatchObject({ status: 'canceled', failure: null });
    await expectEnded(buildId, 'canceled');
    expect(bench.inUse).toBe(1);
    letGo();
    await expect.poll(() => bench.inUse).toBe(0);
    expect(bench.work).not.toHaveBeenCalled();
  });

  it('canceled behind its last step stays canceled, whatever was pushed', async () => {
    const { attemptId, buildId } = await bench.dispatch();
    bench.work = async () => {
      await bench.builds.requestCancel(buildId, 'ada');
      return outcome;
    };
    await bench.service().run(attemptId);
    expect(await bench.build(buildId)).toMatchObject({ status: 'canceled', cacheExport: 'none' });
    expect(await bench.world.db.prisma.outbox.count({ where: { topic: 'publish' } })).toBe(0);
    await expectEnded(buildId, 'built');
  });

  it('canceled before it is claimed is not begun', async () => {
    const { attemptId, buildId } = await bench.dispatch();
    await bench.builds.requestCancel(buildId, 'ada');
    bench.work = vi.fn(async () => outcome);
    await bench.service().run(attemptId);
    expect(bench.work).not.toHaveBeenCalled();
  });

  it('that was given to another builder stops, and writes nothing any more', async () => {
    const { buildId, attemptId, running } = await begun();
    const lost = { buildId, attemptId, number: 1, cause: 'exited' } as const;
    await bench.world.processes.end(bench.instanceId, 'exited');
    await new SweepRepository(bench.world.db).closeLost(lost, true, { code: 'WorkerLost', message: 'gone' });
    bench.held.wake();
    await running;
    expect(await bench.build(buildId)).toMatchObject({ status: 'queued', attemptNumber: 1 });
    expect(await bench.attempt(buildId)).toMatchObject({ state: 'lost', logComplete: false });
  });

  it('given back by a builder that ends costs its build no attempt', async () => {
    await bench.world.build(bench.projectId);
    await bench.world.db.prisma.$executeRaw`UPDATE build SET attempt_number = 2`;
    const attempt = await bench.dispatchNext();
    bench.work = untilStopped;
    const running = bench.service().run(attempt.attemptId);
    await expect.poll(() => bench.held.size).toBe(1);
    bench.held.drain(0);
    await running;
    expect(await bench.build(attempt.buildId)).toMatchObject({ status: 'queued', attemptNumber: 3 });
    expect(await bench.world.dispatch()).toMatchObject([{ number: 4 }]);
  });

  it('of a project that was deleted meanwhile is stopped when its rows go', async () => {
    const { running, attemptId } = await begun();
    await bench.world.db.prisma.project.delete({ where: { id: bench.projectId } });
    bench.held.wake();
    await running;
    expect(await bench.world.db.prisma.attempt.findUnique({ where: { id: attemptId } })).toBeNull();
    expect(bench.held.size).toBe(0);
  });
});
