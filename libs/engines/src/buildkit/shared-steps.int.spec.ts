import type { BuildFailure } from '@cooperage/domain';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import type { BuildOutcome } from '../engine.js';
import { EventRecord } from '../testing/event-record.js';
import { rightsTo } from '../testing/registry-tokens.js';
import { endTrial, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { contextFile, newReference, unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;

interface Started {
  readonly record: EventRecord;
  readonly request: BuildRequest;
  readonly end: Promise<BuildOutcome | BuildFailure>;
  stop(): void;
}

describe('builds that do equal steps at the same time, with BuildKit', () => {
  let engine: BuildkitEngine;
  const cgroupParent = trialCgroupParent();
  beforeAll(() => {
    engine = trialEngine({ cgroupParent });
  });
  afterAll(() => endTrial(cgroupParent, engine));

  function start(request: BuildRequest): Started {
    const record = new EventRecord();
    const stop = new AbortController();
    const end = engine.build(request, record.emit, stop.signal).catch((error: BuildFailure) => error);
    return { record, request, end, stop: () => stop.abort() };
  }

  /** A step that goes on until `release` is called, and what builds of one project have in common. */
  function project(mark = unique()) {
    const mount = `--mount=type=cache,id=${mark},target=/c`;
    const request = (dockerfile: string) =>
      pushRequest(dockerfile, {
        context: { files: [contextFile('own.txt', mark)], sharedKey: unique() },
        limits: { networkMode: 'none', group: `shared-${mark}` },
      });
    return {
      request,
      held: `RUN ${mount} echo started; until [ -e /c/go ]; do sleep 0.1; done; echo released`,
      release: () =>
        engine.build(
          { ...request(`FROM busybox\nRUN ${mount} touch /c/go\n`), reference: newReference() },
          () => {},
          never,
        ),
    };
  }
  const isUnderWay = ({ record }: Started) =>
    expect.poll(() => record.output(), { timeout: 20_000 }).toContain('started');
  const instructions = ({ record }: Started) =>
    record.steps().flatMap(({ name, internal }) => (internal ? [] : [name.replace(/@sha256:.*/, '')]));
  const slow = 'RUN echo started; for i in $(seq 6000); do sleep 0.1; done';

  it('D3 show the steps of their own Dockerfile alone, by its own names, beside another tenant that is made upon equal ones [A3 own steps]', async () => {
    const mark = unique();
    const other = (group: string, dockerfile: string) =>
      pushRequest(dockerfile, { limits: { networkMode: 'none', group: `${group}-${mark}` } });
    const a = start(other('a', `FROM busybox AS tenant-a-secret\nWORKDIR /w-${mark}\n${slow}\n`));
    await isUnderWay(a);
    const b = start(other('b', `FROM busybox AS bee\nWORKDIR /w-${mark}\nRUN echo b\nFROM bee\nRUN echo c\n`));
    const outcome = await b.end;
    const again = new EventRecord();
    const next = { ...b.request, reference: newReference() };
    const taken = await engine.takeOver(b.request.reference, next, again.emit, never);
    a.stop();
    await a.end;
    expect(instructions(b).toSorted()).toEqual([
      '[bee 1/3] FROM docker.io/library/busybox:latest',
      `[bee 2/3] WORKDIR /w-${mark}`,
      '[bee 3/3] RUN echo b',
      '[stage-1 1/1] RUN echo c',
    ]);
    expect(JSON.stringify(b.record.events)).not.toContain('tenant-a-secret');
    // What was done before it began was there for it.
    expect(outcome).toMatchObject({ stepsRun: 2, stepsCached: 1 });
    // The engine's record has the names of the other: it is not told again.
    expect({ taken, events: again.events }).toEqual({ taken: null, events: [] });
  });

  it('D3 tell of a step that they do together as of their own: its stage, its output, its end, counted once', async () => {
    const { request, held, release } = project();
    const dockerfile = (stage: string) =>
      request(
        `FROM busybox AS ${stage}\nCOPY own.txt /own\n${held}\nFROM busybox\nCOPY --link --from=${stage} /own /z\nRUN echo last\n`,
      );
    const a = start(dockerfile('first'));
    await isUnderWay(a);
    const b = start(dockerfile('second'));
    await isUnderWay(b);
    await release();
    const [, outcome] = await Promise.all([a.end, b.end]);
    const names = instructions(b);
    expect(names.filter((name) => /first/.test(name.replace('--from=second', '')))).toEqual([]);
    expect(names).toHaveLength(new Set(names).size);
    expect(b.record.step('second 3/3] RUN')).toMatchObject({ cached: false, error: null, stage: 'second' });
    expect(b.record.output('second 3/3] RUN')).toBe('started\nreleased\n');
    for (const step of b.record.steps()) expect(step).toMatchObject({ error: null, completedAt: expect.any(Date) });
    const { stepsRun, stepsCached } = outcome as BuildOutcome;
    expect(stepsRun + stepsCached).toBe(4);
  });

  it('D3 go on where the one that began with a step is stopped', async () => {
    const { request, held, release } = project();
    const [a, b] = ['first', 'second'].map((stage) =>
      request(`FROM busybox AS ${stage}\nCOPY own.txt /own\n${held}\n`),
    );
    const stopped = start(a!);
    await isUnderWay(stopped);
    const goesOn = start(b!);
    await isUnderWay(goesOn);
    stopped.stop();
    expect(await stopped.end).toMatchObject({ code: 'EngineUnavailable' });
    await release();
    expect(await goesOn.end).toMatchObject({ digest: expect.stringMatching(/^sha256:/) });
    expect(goesOn.record.output('RUN')).toBe('started\nreleased\n');
    expect(goesOn.record.steps().map(({ error }) => error)).toEqual(goesOn.record.steps().map(() => null));
  });

  it('D4 count all their steps while the cache of the build before is exported', async () => {
    const { request } = project();
    const dockerfile = `FROM busybox\nCOPY own.txt /own\nRUN head -c 20000000 /dev/urandom > /large\nRUN true\nCOPY own.txt /last\n`;
    const first = request(dockerfile);
    await engine.build(first, () => {}, never);
    const repository = `trial/${unique()}`;
    const exported = engine.exportCache(
      {
        ...request(dockerfile),
        cacheExport: { reference: `${services().registry.host}/${repository}:cache`, mode: 'max' },
        registryAuth: rightsTo(services().registry, [repository]),
      },
      never,
    );
    for (let at = 0; at < 2; at++) {
      const build = start(request(dockerfile));
      expect(await build.end).toMatchObject({ stepsRun: 0, stepsCached: 4 });
      expect(instructions(build)).toHaveLength(5);
    }
    expect(await exported).toMatchObject({ exported: true });
  });

  it.each([
    ['of an equal digest', ''],
    ['of an equal cache key', 'COPY own.txt /own\n'],
  ])('D3 fail with their own stage and line where a step %s fails that they do together', async (_, copy) => {
    const { request, held, release } = project();
    const failing = held.replace('echo released', 'exit 3');
    const a = start(request(`FROM busybox AS first\n${copy}${failing}\n`));
    await isUnderWay(a);
    const b = start(request(`\n\n\nFROM busybox AS second\n${copy}${failing}\nRUN true\nFROM second\nRUN true\n`));
    await isUnderWay(b);
    await release();
    const lines = copy === '' ? 0 : 1;
    expect(await a.end).toMatchObject({ code: 'StepFailed', place: { line: 2 + lines, exitCode: 3 } });
    const step = b.record.step(`second ${2 + lines}/${3 + lines}] RUN`)!;
    expect(await b.end).toMatchObject({
      code: 'StepFailed',
      place: { file: 'Dockerfile', line: 5 + lines, exitCode: 3, step: step.name, stepId: step.id },
    });
    expect(step.error).toContain('exit code: 3');
  });
});
