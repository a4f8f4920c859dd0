import { type CacheFacts, type ManifestEntry, namedContextFact, namedEntries, whyStepsRan } from '@cooperage/domain';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest, RequestedContext } from '../build-request.js';
import { EventRecord } from '../testing/event-record.js';
import { endTrial, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { contextFile, unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;
const folder = (name: string, ...files: ReturnType<typeof contextFile>[]): RequestedContext => ({
  ...{ name, kind: 'folder', files },
});

describe('named contexts with BuildKit', () => {
  let engine: BuildkitEngine;
  const cgroupParent = trialCgroupParent();

  beforeAll(() => {
    engine = trialEngine({ cgroupParent });
  });
  afterAll(() => endTrial(cgroupParent, engine));

  const build = async (dockerfile: string, change: Partial<BuildRequest>) => {
    const record = new EventRecord();
    const outcome = await engine.build(pushRequest(dockerfile, change), record.emit, never);
    return { record, outcome };
  };

  it('are folders that stages copy from and start from', async () => {
    const mark = unique();
    const lib = folder('lib', contextFile('a.txt', mark), contextFile('sub/b.txt', `b-${mark}`));
    const { record } = await build(
      'FROM busybox\nCOPY own.txt /own\nCOPY --from=lib a.txt sub/b.txt /\nRUN cat /own /a.txt /b.txt\nFROM lib\nCOPY own.txt /own\n',
      { namedContexts: [lib], context: { files: [contextFile('own.txt', `own-${mark}`)], sharedKey: unique() } },
    );
    // The last stage needs none of the first one.
    expect(record.step('RUN cat')).toBeUndefined();
    const all = await build(
      'FROM busybox\nCOPY own.txt /own\nCOPY --from=lib a.txt sub/b.txt /\nRUN cat /own /a.txt /b.txt\n',
      { namedContexts: [lib], context: { files: [contextFile('own.txt', `own-${mark}`)], sharedKey: unique() } },
    );
    expect(all.record.output()).toContain(`own-${mark}${mark}b-${mark}`);
  });

  it('under one shared key are the files of this very commit, whatever was built before', async () => {
    const sharedKey = unique();
    const contents = ['AAAA', 'BBBB', 'CCCC'].map((text) => text + unique());
    for (const content of [...contents, contents[0]!]) {
      const files = [contextFile('same.txt', content)];
      const { record } = await build('FROM busybox\nCOPY --from=lib same.txt /x\nRUN cat /x\n', {
        ...{ namedContexts: [folder('lib', ...files)], context: { files: [], sharedKey }, noCache: true },
      });
      expect(record.output()).toContain(content);
    }
  });

  it('keep an ignore file of their own, which the engine applies a second time without harm', async () => {
    const files = [contextFile('.dockerignore', '*.tmp\n'), contextFile('a.txt', unique())];
    const { record } = await build('FROM busybox\nCOPY --from=lib . /x\nRUN ls -a /x\n', {
      namedContexts: [folder('lib', ...files)],
    });
    expect(record.output()).toContain('a.txt');
  });

  it('are images too, whose digest is a base image of the build like that of FROM', async () => {
    const reference = `${services().openRegistry}/library/busybox:latest`;
    const { outcome } = await build(`FROM tool\nRUN echo ${unique()}\n`, {
      namedContexts: [{ name: 'tool', kind: 'image', reference }],
    });
    expect(outcome.baseImages).toEqual([{ name: reference, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) }]);
  });

  it('are what the explanation of the cache says that a step took', async () => {
    const mark = unique();
    const reference = `${services().openRegistry}/library/busybox:latest`;
    const dockerfile = `FROM tool AS first
RUN echo ${mark} > /mark
COPY --from=lib sub /sub
FROM lib AS whole
COPY own.txt /own-${mark}
FROM first
COPY --from=whole /own-${mark} /own
COPY --from=lib a.txt /a-${mark}
RUN --mount=type=bind,from=lib,source=b.txt,target=/b cat /b > /copy-${mark}
`;
    const own = contextFile('own.txt', mark);
    const sharedKey = unique();
    const built = async (number: number, texts: Readonly<Record<string, string>>): Promise<CacheFacts> => {
      const files = Object.entries(texts).map(([path, text]) => contextFile(path, text));
      const tool: RequestedContext = { name: 'tool', kind: 'image', reference };
      const namedContexts = [folder('lib', ...files), tool];
      const { record, outcome } = await build(dockerfile, { namedContexts, context: { files: [own], sharedKey } });
      const entry = (path: string, text: string): ManifestEntry => ({ path, kind: 'file', mode: 0o644, blobId: text });
      const lib = Object.entries(texts).map(([path, text]) => entry(path, text));
      const image = namedContextFact(`docker-image://${reference}`, outcome.baseImages);
      return {
        build: { id: `b${number}`, number },
        ...{ dockerfile, buildArgs: {}, context: [entry('own.txt', mark), ...namedEntries('lib', lib)] },
        namedContexts: new Map([
          ['lib', { kind: 'folder' }],
          ['tool', image],
        ]),
        steps: record
          .steps()
          .filter(({ internal }) => !internal)
          .map(({ startedAt, completedAt, ...step }) => ({
            ...step,
            started: startedAt !== null,
            completed: completedAt !== null,
          })),
        ...{
          noCache: false,
          workerName: 'w',
          space: 'p',
          mark: null,
          cacheExport: 'none',
          cacheEpoch: 0,
          afterReset: false,
        },
        ...{ evicted: null, startedAt: null, read: null },
      };
    };
    const texts = { 'a.txt': `a-${mark}`, 'b.txt': `b-${mark}`, 'sub/c': `c-${mark}`, 'other.txt': mark };
    const first = await built(1, texts);
    const told = (now: CacheFacts) =>
      whyStepsRan(now, [first]).map(({ startLine, cached, reason }) => [startLine, cached, reason?.kind ?? null]);
    // Nothing that a COPY takes has changed, though a stage starts from the whole folder.
    expect(told(await built(2, { ...texts, 'a.txt': 'other' }))).toEqual([
      [2, true, null],
      [3, true, null],
      [5, false, 'files'],
      [7, true, null],
      [8, false, 'files'],
      [9, false, 'earlier_step'],
    ]);
    expect(told(await built(3, { ...texts, 'b.txt': 'other' })).slice(-2)).toEqual([
      [8, true, null],
      [9, false, 'files'],
    ]);
    // Upon a folder nothing is found again, though all of it is as it was.
    const same = told(await built(4, texts));
    expect(same.filter(([, cached]) => !cached)).toEqual([[5, false, 'unknown']]);
  });

  it('S-033 in the place of a stage are refused before anything runs', async () => {
    const request = pushRequest('FROM busybox AS lib\nRUN true\n', { namedContexts: [folder('lib')] });
    const record = new EventRecord();
    await expect(engine.build(request, record.emit, never)).rejects.toMatchObject({
      code: 'InvalidBuildConfig',
      place: { file: 'Dockerfile', line: 1 },
    });
    expect(record.events).toEqual([]);
  });
});
