import { cacheReference } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasManifest, layersOf, tagsIn } from '../spec/registry-content.js';
import { provenancesOf } from '../spec/stock-cosign.js';
import { WorkerSystem } from '../spec/worker-system.js';

describe('the road of strangers’ code', () => {
  let system: WorkerSystem;
  beforeAll(async () => {
    system = await WorkerSystem.startForEverybody();
  });
  afterAll(() => system.close());

  it('S-110 publishes strangers’ code by digest only, says its zone in the provenance, and leaves nothing to the protected zone', async () => {
    const project = await system.project();
    const files = (word: string) => ({
      Dockerfile: `FROM busybox:latest\nRUN --network=none --mount=type=cache,target=/home ls /home && echo ${word} > /home/${word}\nRUN --network=none ls /\n`,
    });
    await project.git.commit(files('STRANGER'));
    const fork = await system.outcome(await system.buildAsFork(project));
    expect(fork).toMatchObject({ status: 'succeeded', zone: 'fork', isolated: true, tags: [], movesTags: false });
    expect(await hasManifest(project.repository, fork.digest!)).toBe(true);
    expect(await system.db.prisma.imageTag.count({ where: { projectId: project.id } })).toBe(0);
    const [provenance] = await provenancesOf(system, project, fork);
    expect(provenance.buildDefinition.internalParameters).toMatchObject({ zone: 'fork' });
    await system.cacheLeft(fork.id);
    const costs = await system.db.prisma.build.findUniqueOrThrow({ where: { id: fork.id } });
    expect(costs.cacheExportMs).toBeGreaterThan(0);
    expect(Number(costs.cacheExportBytes)).toBeGreaterThan(1_000);
    expect(costs.cacheRanMs).toBeGreaterThan(0);
    const own = cacheReference(project.id, { zone: 'fork', ref: fork.ref, platform: fork.platform, epoch: 0 });
    expect(await tagsIn(own.repository)).toEqual([own.tag]);
    const protectedOne = cacheReference(project.id, {
      zone: 'protected',
      ref: fork.ref,
      platform: fork.platform,
      epoch: 0,
    });
    expect(await tagsIn(protectedOne.repository)).toEqual([]);
    // The same bytes of a Dockerfile, and nothing of the stranger's run is found.
    const main = await system.outcome(await system.push(project, fork.commit));
    expect(main).toMatchObject({ status: 'succeeded', zone: 'protected', stepsCached: 0, tags: ['main', 'latest'] });
  });

  it('S-110 lets a fork find what the default branch has run, unless its secrets are withheld, and leaves its own to nobody', async () => {
    const project = await system.project();
    const exported = async (id: string) => (await system.cacheLeft(id)).cacheExport;
    const spaceOf = async (build: { readonly id: string }) =>
      (await system.db.prisma.attempt.findFirstOrThrow({ where: { buildId: build.id } })).resultSpace;
    const files = (end: string) => ({
      Dockerfile: `FROM busybox:latest
RUN --network=none cat /proc/sys/kernel/random/uuid > /home/random
RUN --network=none cat /home/random; echo ${end}
`,
    });
    const main = await system.outcome(await system.push(project, await project.git.commit(files('main'))));
    expect([main.stepsCached, await exported(main.id)]).toEqual([0, 'done']);
    const same = await system.outcome(await system.buildAsFork(project));
    expect(same).toMatchObject({ status: 'succeeded', zone: 'fork', stepsTotal: 2, stepsCached: 2 });
    const layers = await layersOf(project.repository, main.digest!);
    expect(await layersOf(project.repository, same.digest!)).toEqual(layers);
    expect([await spaceOf(same), await spaceOf(main)]).toEqual([project.id, project.id]);

    await project.git.commit(files('STRANGER'));
    const fork = await system.outcome(await system.buildAsFork(project));
    expect([fork.stepsCached, await exported(fork.id), await spaceOf(fork)]).toEqual([1, 'done', project.id]);
    const after = await system.outcome(await system.push(project, fork.commit));
    expect([after.stepsCached, after.stepsTotal]).toEqual([1, 2]);

    await system.secret(project, 'NPM_TOKEN', 'a value that no file holds');
    const withheld = await system.outcome(await system.buildAsFork(project));
    expect(withheld).toMatchObject({ status: 'succeeded', stepsCached: 0 });
    expect(await spaceOf(withheld)).toMatch(`${project.id}-fork-`);
  });
});
