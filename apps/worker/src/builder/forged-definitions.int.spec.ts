import type { BuildRequest } from '@cooperage/engines';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuildBench, outcome } from '../../spec/build-bench.js';

const refused = /a builder may not/;
const honest = 'target "app" {\n  args = { SAID = "by the commit" }\n}\n';
const forged = {
  ...{ contextPath: '.', dockerfilePath: 'Dockerfile', dockerfileInline: 'FROM evil\nRUN evil\n', stage: null },
  ...{
    buildArgs: { SAID: 'by another builder' },
    namedContexts: {},
    labels: {},
    noCache: false,
    withoutNetwork: false,
  },
  ...{ platform: null, targets: [], ignored: [] },
};
const failure = { code: 'WorkerLost', message: 'm' } as const;

/** A builder that was taken over says what a definition stands for, and hands the build on. */
describe('what a definition stands for', () => {
  let bench: BuildBench;
  let asked: BuildRequest[];
  const forge = (sql: string) => bench.builderDb.prisma.$executeRawUnsafe(sql);
  const forgeResolved = () => forge(`UPDATE build SET resolved = '${JSON.stringify(forged)}'`);

  beforeAll(async () => {
    bench = await BuildBench.openAsBuilder();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.begin();
    asked = [];
    bench.definition = honest;
    bench.work = async (request) => {
      asked.push(request);
      return outcome;
    };
  });
  afterEach(() => bench.end());

  async function claimed() {
    const { attemptId } = await bench.dispatchDefined();
    return (await bench.attempts.claim(attemptId, bench.instanceId, 'b', 60_000))!;
  }

  async function givenBack() {
    const attempt = await claimed();
    await forgeResolved();
    const next = { retryable: true, attemptsLeft: true, pauseMs: 0 };
    await bench.attempts.failed(attempt, bench.instanceId, failure, next);
    return bench.dispatchNext();
  }

  it('R22A-11 is read by each attempt itself, whatever the one before has written', async () => {
    const { attemptId, buildId } = await givenBack();
    await bench.service().run(attemptId);
    expect(asked.map(({ buildArgs }) => buildArgs)).toEqual([{ SAID: 'by the commit' }]);
    expect(await bench.build(buildId)).toMatchObject({
      ...{ stage: 'control', attemptNumber: 2 },
      resolved: { buildArgs: { SAID: 'by the commit' }, dockerfileInline: null },
    });
  });

  it('R22A-11 is nothing any more as soon as another attempt begins', async () => {
    const { attemptId, buildId } = await givenBack();
    const attempt = await bench.attempts.claim(attemptId, bench.instanceId, 'b', 60_000);
    expect(attempt?.build.resolved).toBeNull();
    expect((await bench.build(buildId)).resolved).toBeNull();
  });

  it('R22A-11 is what its attempt has built from, whatever a statement has written that waited since the attempt before', async () => {
    const { attemptId, buildId } = await bench.dispatchDefined();
    bench.work = async () => {
      await bench.world.db.prisma.build.update({ where: { id: buildId }, data: { resolved: forged } });
      return outcome;
    };
    await bench.service().run(attemptId);
    expect(await bench.build(buildId)).toMatchObject({
      ...{ stage: 'control', resolved: { buildArgs: { SAID: 'by the commit' } } },
    });
  });

  it('R22A-11 is said by nobody before a claim and behind the end of an attempt', async () => {
    const attempt = await claimed();
    await bench.attempts.noteResolved(attempt, forged);
    const { digest, mediaType, sizeBytes } = outcome;
    const facts = { ...{ digest, mediaType, sizeBytes, baseImages: [], stepsTotal: 1, stepsCached: 0, warnings: [] } };
    await bench.attempts.built(attempt, bench.instanceId, { ...facts, exportCache: true });
    await expect(forge(`UPDATE build SET resolved = '[]'`)).rejects.toThrow(refused);
    for (const set of [
      { status: 'running', stage: 'publishing' },
      { status: 'succeeded', stage: null, finishedAt: new Date() },
      { status: 'queued', stage: null, finishedAt: null },
    ]) {
      await bench.world.db.prisma.build.update({ where: { id: attempt.build.id }, data: set });
      await expect(forge(`UPDATE build SET resolved = '[]'`), set.status).rejects.toThrow(refused);
    }
  });

  it('R22A-11 is for the export of a cache what its own attempt has read, though the clock goes on', async () => {
    bench.definition = 'target "app" {\n  args = { AT = timestamp() }\n}\n';
    const { attemptId, buildId } = await bench.dispatchDefined('local');
    await bench.service().run(attemptId);
    await bench.world.db.prisma.build.update({
      where: { id: buildId },
      data: { status: 'succeeded', stage: null, finishedAt: new Date() },
    });
    await new Promise<void>((resolve) => setTimeout(resolve, 1_100));
    await bench.exports().run(buildId);
    const [built, exported] = [asked[0]!.buildArgs, bench.exported[0]!.buildArgs];
    expect(built).toEqual({ AT: expect.stringMatching(/^20/) });
    expect(exported).toEqual(built);
  });
});
