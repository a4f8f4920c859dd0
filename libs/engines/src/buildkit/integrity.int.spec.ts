import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventRecord } from '../testing/event-record.js';
import { endTrial, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { contextFile, unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;

/** The engine tells files apart by size and time alone, and keeps trees by a key: what that must not lead to. */
describe('the context of a build', () => {
  let engine: BuildkitEngine;
  const cgroupParent = trialCgroupParent();

  beforeAll(() => {
    engine = trialEngine({ cgroupParent });
  });
  afterAll(() => endTrial(cgroupParent, engine));

  const printed = async (content: string, sharedKey: string, mtimeNs?: bigint) => {
    const file = contextFile('a.txt', content, mtimeNs === undefined ? {} : { mtimeNs });
    const record = new EventRecord();
    const request = pushRequest(`FROM busybox\nCOPY a.txt /\nRUN cat /a.txt # ${unique()}\n`, {
      context: { files: [file], sharedKey },
    });
    await engine.build(request, record.emit, never);
    return record.output('RUN cat');
  };

  it('is the new one when a file changed and kept its size', async () => {
    const key = unique();
    expect(await printed('AAAA', key)).toBe('AAAA');
    expect(await printed('BBBB', key)).toBe('BBBB');
  });

  it('is never another key’s, even when size and time are the same', async () => {
    expect(await printed('EEEE', unique(), 42n)).toBe('EEEE');
    expect(await printed('FFFF', unique(), 42n)).toBe('FFFF');
  });

  it('is refused under an empty key, which would be one for everybody', async () => {
    const request = pushRequest('FROM busybox\n', { context: { files: [], sharedKey: '' } });
    await expect(engine.build(request, () => {}, never)).rejects.toMatchObject({ code: 'EngineUnavailable' });
  });

  it('stays apart in many builds at the same time under one key', async () => {
    const key = unique();
    const contents = Array.from({ length: 12 }, (_, index) => `content-${String(index).padStart(4, '0')}`);
    expect(await Promise.all(contents.map((content) => printed(content, key)))).toEqual(contents);
  });
});
