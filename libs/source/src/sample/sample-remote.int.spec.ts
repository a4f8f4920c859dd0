import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleRef, sampleRemoteUrl, sampleRepository } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSource } from '../source-service.js';

let mirrorRoot: string;
beforeAll(async () => {
  mirrorRoot = await mkdtemp(join(tmpdir(), 'cooperage-sample-'));
});
afterAll(() => rm(mirrorRoot, { recursive: true, force: true }));

describe('the bundled sample', () => {
  const project = { id: 'sample', remoteUrl: sampleRemoteUrl };
  const { commit } = sampleRepository();
  // Whoever asks for a name would have asked the network.
  const resolve = () => Promise.reject(new Error('a name was looked up'));

  it('is read, fetched and laid out by real git, without a network', async () => {
    const source = createSource({ mirrorRoot, allowPlainHttp: [], resolve });
    const refs = await source.refs(project);
    expect([refs.defaultBranch, refs.commits.get(sampleRef)]).toEqual([sampleRef, commit]);
    const facts = await source.prepare(project, { ref: sampleRef, commit });
    expect(facts).toMatchObject({ subject: 'Begin with a greeting', authorName: 'Cooperage' });
    const context = await source.context(project, commit, { contextPath: '.', dockerfilePath: 'Dockerfile' });
    expect(context.files.map(({ path }) => path)).toContain('greeting.txt');
    expect(Buffer.from(context.dockerfile.content).toString()).toContain('FROM scratch');
    await source.close();
  });

  it('is there for several workers that begin at once', async () => {
    const sources = [1, 2, 3].map((at) => ({
      source: createSource({ mirrorRoot: join(mirrorRoot, 'shared'), allowPlainHttp: [], resolve }),
      project: { ...project, id: `sample-${at}` },
    }));
    const all = await Promise.all(sources.map((one) => one.source.refs(one.project)));
    for (const { commits } of all) expect(commits.get(sampleRef)).toBe(commit);
    await Promise.all(sources.map(({ source }) => source.close()));
  });
});
