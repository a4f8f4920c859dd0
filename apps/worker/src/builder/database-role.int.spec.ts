import { Database, Listener, ProcessRepository } from '@cooperage/db';
import { BuildFailure } from '@cooperage/domain';
import { asDatabaseRole } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { BuildBench, outcome, untilStopped } from '../../spec/build-bench.js';

const step = {
  ...{ id: 'sha256:v', name: 'RUN x', ordinal: 1, stage: null, platform: null, inputs: [], startedAt: null },
  ...{ completedAt: new Date(), cached: false, error: null, internal: false, progressGroup: null },
};

describe('a builder that connects by its own role', () => {
  let bench: BuildBench;
  let url: string;
  beforeAll(async () => {
    bench = await BuildBench.open();
    url = asDatabaseRole(bench.world.url, 'builder');
    bench.builderDb = new Database({ url, poolSize: 4, applicationName: 'builder', instanceKey: 'its key' });
  });
  afterAll(async () => {
    await bench.builderDb.close();
    await bench.world.close();
  });
  beforeEach(() => bench.begin());
  afterEach(() => bench.end());

  it('does all that it has to, from claim to built', async () => {
    expect(await bench.builderDb.isReady()).toBe(true);
    await bench.secret('TOKEN', 'canary');
    bench.work = async (_request, emit) => {
      await emit({ type: 'cache', name: null });
      await emit({ type: 'step', step });
      await emit({ type: 'log', stepId: step.id, stream: 1, data: Buffer.from('hello\n'), at: new Date() });
      await emit({ type: 'pushing', digest: outcome.digest });
      return { ...outcome, stepLines: new Map([[step.id, { startLine: 1, endLine: 1 }]]) };
    };
    const build = await bench.run();
    expect(build).toMatchObject({ stage: 'control', digest: outcome.digest, phase: 'push' });
    const attempt = await bench.attempt(build.id);
    expect(attempt).toMatchObject({ state: 'built', logComplete: true, dockerfile: 'FROM scratch\n' });
    expect(attempt.cacheRead).toMatchObject({ none: 'none_there' });
    expect(await bench.log(attempt.id)).toBe('hello\n');
    expect(await bench.world.db.prisma.outbox.count({ where: { topic: 'publish' } })).toBe(1);
  });

  it('fails, is told of a cancel, and ends, too', async () => {
    bench.work = () => Promise.reject(new BuildFailure('StepFailed', 'no'));
    expect(await bench.run()).toMatchObject({ status: 'failed', failure: { code: 'StepFailed' } });
    bench.work = vi.fn(untilStopped);
    const { attemptId, buildId } = await bench.dispatch();
    const listener = new Listener(url, { cancel: () => bench.held.wake() }, () => undefined);
    await listener.start();
    const running = bench.service().run(attemptId);
    await expect.poll(() => bench.work).toHaveBeenCalled();
    await bench.builds.requestCancel(buildId, 'ada');
    await running;
    await listener.close();
    expect(await bench.build(buildId)).toMatchObject({ status: 'canceled' });
    const processes = new ProcessRepository(bench.builderDb);
    expect(await processes.heartbeat(bench.instanceId, { slots: 1 })).toBe(true);
    expect(await processes.end(bench.instanceId, 'exited')).toBe(true);
  });

  it.each(['signing_key', 'session', 'account', 'api_token', 'verification'])(
    'S-055 reads nothing of %s, whatever runs in it',
    async (table) => {
      await expect(bench.builderDb.prisma.$queryRawUnsafe(`SELECT * FROM ${table}`)).rejects.toThrow(
        `permission denied for table ${table}`,
      );
    },
  );
});
