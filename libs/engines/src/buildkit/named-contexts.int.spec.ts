import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest, RequestedContext } from '../engine.js';
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
