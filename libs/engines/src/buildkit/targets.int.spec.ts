import { type OwnEngine, services, startOwnEngine } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import { EventRecord } from '../testing/event-record.js';
import { rightsTo } from '../testing/registry-tokens.js';
import { endTrial, processesIn, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { contextFile, newReference, unique } from '../testing/trial-request.js';
import { resultOf, trialTarget } from '../testing/trial-target.js';
import { wipe } from '../testing/wipe.js';
import { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;

async function buildBy(engine: BuildkitEngine, request: BuildRequest) {
  const record = new EventRecord();
  const outcome = await engine.build({ ...request, reference: newReference() }, record.emit, never);
  return { record, outcome };
}
const ofTargets = (record: EventRecord) =>
  record.steps().flatMap(({ name, target, internal, isBase }) => (target && !internal && !isBase ? [name] : []));

describe('targets that feed a build, with BuildKit', () => {
  let engine: BuildkitEngine;
  const cgroupParent = trialCgroupParent();
  const { registry } = services();

  beforeAll(() => {
    engine = trialEngine({ cgroupParent });
  });
  afterAll(() => endTrial(cgroupParent, engine));
  const build = (request: BuildRequest) => buildBy(engine, request);

  /** A base with files, arguments and a stage of its own; a tool made from it; and what takes both. */
  const family = (mark = unique()) => {
    const files = (text: string) => ({ files: [contextFile('same.txt', text)], sharedKey: unique() });
    const base = trialTarget(
      'base',
      'FROM busybox AS first\nARG WHO\nCOPY same.txt /base\nENV MADE=$WHO\nRUN echo ran-$(cat /base)\nFROM busybox\nRUN false\n',
      {
        ...{ stage: 'first', buildArgs: { WHO: 'arg' }, labels: { from: 'base' }, context: files(`base-${mark}`) },
        namedContexts: [{ name: 'lib', kind: 'folder', files: [contextFile('same.txt', `unused-${mark}`)] }],
      },
    );
    const tools = trialTarget('tools', 'FROM base\nCOPY --from=lib same.txt /tool\n', {
      namedContexts: [
        resultOf('base'),
        { name: 'lib', kind: 'folder', files: [contextFile('same.txt', `tool-${mark}`)] },
      ],
    });
    return pushRequest(
      'FROM base\nCOPY same.txt /own\nCOPY --from=tools /tool /tool\nCOPY --from=lib same.txt /lib\nRUN echo got $MADE $(cat /base /own /tool /lib)\n',
      {
        context: files(`own-${mark}`),
        namedContexts: [
          { name: 'lib', kind: 'folder', files: [contextFile('same.txt', `lib-${mark}`)] },
          resultOf('tools'),
          resultOf('base'),
        ],
        targets: [base, tools],
      },
    );
  };

  it('are started from and copied from, each with its own files, folders, arguments and stage', async () => {
    const mark = unique();
    const { record, outcome } = await build(family(mark));
    expect(record.output('RUN echo got')).toContain(`got arg base-${mark}own-${mark}tool-${mark}lib-${mark}`);
    expect(outcome).toMatchObject({ stepsRun: 7, stepsCached: 0 });
    expect(outcome.baseImages).toHaveLength(1);
    // Lines are those of the request's own Dockerfile alone.
    const lines = record.steps().flatMap(({ id, name }) => {
      const line = outcome.stepLines.get(id);
      return line ? [[name.replace(/^\S+ \S+ /, ''), line.startLine] as const] : [];
    });
    expect(lines.toSorted((a, b) => a[1] - b[1])).toEqual([
      ['COPY same.txt /own', 2],
      ['COPY --from=tools /tool /tool', 3],
      ['COPY --from=lib same.txt /lib', 4],
      ['RUN echo got arg $(cat /base /own /tool /lib)', 5],
    ]);
  });

  it('show their steps as steps of the build, with their output, and name the target before them as bake does', async () => {
    const mark = unique();
    const { record } = await build(family(mark));
    expect(ofTargets(record).toSorted()).toEqual([
      '[base first 2/3] COPY same.txt /base',
      '[base first 3/3] RUN echo ran-$(cat /base)',
      '[tools stage-0 1/2] COPY --from=lib same.txt /tool',
    ]);
    expect(record.step('RUN echo ran')).toMatchObject({ target: 'base', stage: 'first', cached: false });
    expect(record.output('RUN echo ran')).toContain(`ran-base-${mark}`);
    expect(record.step('RUN echo got')).not.toHaveProperty('target');
  });

  it('are built for another commit with the files of that commit, under the same keys', async () => {
    const first = family();
    const mark = unique();
    const [{ context, ...base }, tools] = [first.targets![0]!, first.targets![1]!];
    for (const text of ['AAAA', 'BBBB', 'CCCC', 'AAAA']) {
      const changed = {
        ...base,
        context: { ...context, files: [contextFile('same.txt', text + mark)] },
        noCache: true,
      };
      const { record } = await build({ ...first, noCache: true, targets: [changed, tools] });
      expect(record.output('RUN echo got')).toContain(text + mark);
    }
  });

  it('are found again, all of them, and are run again where they or all are asked to be', async () => {
    const request = family();
    const first = await build(request);
    const same = await build(request);
    expect(same.record.ran()).toEqual([]);
    expect(same.outcome).toMatchObject({ digest: first.outcome.digest, stepsRun: 0, stepsCached: 7 });
    const all = (noCache: boolean) => request.targets!.map((target) => ({ ...target, noCache }));
    expect((await build({ ...request, noCache: true, targets: all(true) })).outcome.stepsCached).toBe(0);
    const base = { ...request.targets![0]!, noCache: true };
    const alone = await build({ ...request, targets: [base, request.targets![1]!] });
    expect(alone.record.ran()).toContain('[base first 3/3] RUN echo ran-$(cat /base)');
  });

  it('are not run where nothing needs them', async () => {
    const idle = trialTarget('idle', `FROM busybox\nRUN echo idle-${unique()}\n`);
    const request = pushRequest(`FROM busybox\nRUN echo ${unique()}\n`, {
      ...{ namedContexts: [resultOf('idle')], targets: [idle] },
    });
    const { record } = await build(request);
    expect(record.step('RUN echo idle')).toBeUndefined();
  });

  it('name the Dockerfile and the line where they fail, with the step and its exit code', async () => {
    const failing = (text: string) =>
      pushRequest('FROM base\nRUN true\n', {
        ...{ namedContexts: [resultOf('base')], targets: [trialTarget('base', text)] },
      });
    const failure = (text: string) =>
      build(failing(text)).then(
        () => null,
        (error: unknown) => error,
      );
    expect(await failure(`FROM busybox\n\nRUN exit 7 # ${unique()}\n`)).toMatchObject({
      code: 'StepFailed',
      place: {
        file: 'base/Dockerfile',
        line: 3,
        exitCode: 7,
        step: expect.stringMatching(/^\[base 2\/2\] RUN exit 7/),
      },
    });
    expect(await failure('FROM busybox\nRUNN x\n')).toMatchObject({
      code: 'DockerfileInvalid',
      place: { file: 'base/Dockerfile', line: 2 },
    });
    expect(await failure('FROM busybox\nCOPY nothing.txt /\n')).toMatchObject({
      code: 'StepFailed',
      message: expect.stringContaining('nothing.txt'),
      place: { file: 'base/Dockerfile', line: 2 },
    });
    expect(await failure(`FROM ${registry.host}/nobody/${unique()}\n`)).toMatchObject({
      place: { file: 'base/Dockerfile', line: 1 },
    });
  });

  it('name the line of a Dockerfile too that is larger than what a refusal may hold, in a target and in the build', async () => {
    const wrong = `FROM busybox\n${'# a long comment\n'.repeat(6_000)}RUNN x\n`;
    expect(wrong.length).toBeGreaterThan(64 * 1024);
    const failure = (own: string, base: string) =>
      build(pushRequest(own, { namedContexts: [resultOf('base')], targets: [trialTarget('base', base)] })).then(
        () => null,
        (error: unknown) => error,
      );
    const refused = (file: string) => ({
      ...{ code: 'DockerfileInvalid', retryable: false, message: expect.stringMatching(/^Unknown instruction: RUNN/) },
      place: { file, line: 6_002, endLine: 6_002 },
    });
    expect(await failure('FROM base\nRUN true\n', wrong)).toMatchObject(refused('base/Dockerfile'));
    expect(await failure(wrong, 'FROM busybox\nRUN true\n')).toMatchObject(refused('Dockerfile'));
  });

  it('are refused in plain words where one of them holds nothing at all', async () => {
    const request = pushRequest('FROM busybox\nCOPY --from=nothing / /\n', {
      namedContexts: [resultOf('nothing')],
      targets: [trialTarget('nothing', 'FROM scratch\n')],
    });
    await expect(build(request)).rejects.toMatchObject({
      ...{
        code: 'InvalidBuildConfig',
        message: expect.stringMatching(/^A target that is named as a context holds nothing/),
      },
    });
  });

  it('end with the build when it is stopped, and leave no process', async () => {
    const group = `targets-${unique()}`;
    const base = trialTarget('base', `FROM busybox\nRUN echo started; sleep 60 # ${unique()}\n`);
    const request = pushRequest('FROM base\nRUN true\n', {
      ...{ namedContexts: [resultOf('base')], targets: [base], limits: { networkMode: 'none', group } },
    });
    const record = new EventRecord();
    const stop = new AbortController();
    const running = engine.build(request, record.emit, stop.signal);
    running.catch(() => {});
    await expect.poll(() => record.output()).toContain('started');
    expect(processesIn(`${cgroupParent}/${group}`)).toBeGreaterThan(0);
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'EngineUnavailable', message: 'The build was stopped.' });
    expect(processesIn(`${cgroupParent}/${group}`)).toBe(0);
  });

  it('are not taken over from a worker that was lost: the build runs once more, from what is kept', async () => {
    const request = family();
    await engine.build(request, () => {}, never);
    expect((await engine.find(request.reference)).state).toBe('succeeded');
    const again = { ...request, reference: newReference() };
    expect(await engine.takeOver(request.reference, again, () => {}, never)).toBeNull();
    expect((await build(again)).record.ran()).toEqual([]);
  });

  describe('on an engine that knows nothing', () => {
    let own: OwnEngine;
    let other: BuildkitEngine;
    beforeAll(async () => {
      own = await startOwnEngine();
      other = new BuildkitEngine({ address: own.address, cgroupParent });
    });
    afterAll(async () => {
      await other.close();
      await own.stop();
    });

    it('are in the cache that a build leaves, in a registry', async () => {
      const repository = `cache/${unique()}`;
      const reference = `${registry.host}/${repository}:x`;
      const plain = family();
      const request = { ...plain, registryAuth: rightsTo(registry, [repository, plain.push.repository]) };
      const built = await build(request);
      expect(await engine.exportCache({ ...request, cacheExport: { reference, mode: 'max' } }, never)).toEqual({
        exported: true,
      });
      await wipe(own.address);
      const { record, outcome } = await buildBy(other, { ...request, cacheImports: [reference] });
      expect(record.ran()).toEqual([]);
      expect(outcome).toMatchObject({ digest: built.outcome.digest, stepsRun: 0, stepsCached: 7 });
      expect(ofTargets(record)).toHaveLength(3);
    });
  });
});
