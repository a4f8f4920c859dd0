import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { cacheReference, localCacheName } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasManifest, tagsIn } from '../spec/registry-content.js';
import { provenancesOf } from '../spec/stock-cosign.js';
import { WorkerSystem } from '../spec/worker-system.js';

describe('a project that keeps its cache in a place of its own', () => {
  let system: WorkerSystem;
  beforeAll(async () => {
    system = await WorkerSystem.startForEverybody();
  });
  afterAll(() => system.close());

  it('keeps a cache inside the image where the project asks for it, in the own place of its zone', async () => {
    const project = await system.project({ cacheBackend: 'inline' });
    const exported = async (id: string) => (await system.cacheLeft(id)).cacheExport;
    const Dockerfile = `FROM busybox:latest\nRUN --network=none echo ${Date.now()} > /home/out\n`;
    const build = await system.outcome(await system.push(project, await project.git.commit({ Dockerfile })));
    expect(build).toMatchObject({ status: 'succeeded', cacheBackend: 'inline' });
    expect(await exported(build.id)).toBe('done');
    const own = cacheReference(project.id, { zone: 'protected', ref: build.ref, platform: build.platform, epoch: 0 });
    expect(await tagsIn(own.repository)).toEqual([own.tag]);
    expect(await hasManifest(own.repository, build.digest!)).toBe(true);
    const { cacheExportBytes } = await system.db.prisma.build.findUniqueOrThrow({ where: { id: build.id } });
    expect(Number(cacheExportBytes)).toBeGreaterThan(100);
    const [provenance] = await provenancesOf(system, project, build);
    expect(provenance.buildDefinition.internalParameters).toMatchObject({ zone: 'protected', cacheBackend: 'inline' });
    // Where all is found there is nothing to leave.
    await project.git.commit({ Dockerfile: `${Dockerfile}RUN --network=none echo fork > /home/out\n` });
    const fork = await system.outcome(await system.buildAsFork(project));
    expect(await exported(fork.id)).toBe('done');
    const strange = cacheReference(project.id, { zone: 'fork', ref: fork.ref, platform: fork.platform, epoch: 0 });
    expect(await hasManifest(strange.repository, fork.digest!)).toBe(true);
    expect(await hasManifest(own.repository, build.digest!)).toBe(true);
    expect(await hasManifest(own.repository, fork.digest!)).toBe(false);
  });

  it('keeps a cache on the disk of its worker where the project asks for it, and nothing in the registry', async () => {
    const project = await system.project({ cacheBackend: 'local' });
    const Dockerfile = `FROM busybox:latest\nRUN echo ${Date.now()} > /home/out\n`;
    const build = await system.outcome(await system.push(project, await project.git.commit({ Dockerfile })));
    expect(build).toMatchObject({ status: 'succeeded', cacheBackend: 'local' });
    expect(build.warnings).toMatchObject([{ rule: 'LocalCache' }]);
    expect((await system.cacheLeft(build.id)).cacheExport).toBe('done');
    const { cacheExportBytes } = await system.db.prisma.build.findUniqueOrThrow({ where: { id: build.id } });
    expect(Number(cacheExportBytes)).toBeGreaterThan(100_000);
    const own = cacheReference(project.id, { zone: 'protected', ref: build.ref, platform: build.platform, epoch: 0 });
    expect(await tagsIn(own.repository)).toEqual([]);
    expect(await readdir(path.join(system.localCacheRoot, localCacheName(own)))).toContain('index.json');
    const change = { Dockerfile, 'other.txt': 'x' };
    const next = await system.outcome(await system.push(project, await project.git.commit(change)));
    expect(next).toMatchObject({ status: 'succeeded', warnings: [], stepsCached: 1 });
  });
});
