import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { BuildRepository, CacheResetRepository } from '@cooperage/db';
import { cacheReference, localCacheName } from '@cooperage/domain';
import { type OwnEngine, startOwnEngine } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestProject, WorkerSystem } from '../spec/worker-system.js';

const dockerfile = `# syntax=docker/dockerfile:1
FROM busybox:latest AS words
WORKDIR /words
COPY word.txt .
RUN tr a-z A-Z < word.txt > loud.txt
FROM busybox:latest
COPY --from=words /words/loud.txt /loud.txt
RUN echo one && echo two
`;

const sameBytes = { Dockerfile: 'FROM busybox:latest\nRUN echo same\n' };

describe('the road from an accepted delivery to a signed image', () => {
  let system: WorkerSystem;
  let project: TestProject;
  let engineForStrangers: OwnEngine;
  beforeAll(async () => {
    system = await WorkerSystem.start();
    // Its steps have no network, so what is built there asks for none.
    engineForStrangers = await startOwnEngine();
    await system.startBuilderForStrangers(engineForStrangers.address);
    project = await system.project();
  });
  afterAll(async () => {
    await system.close();
    await engineForStrangers.stop();
  });

  it('publishes a commit by digest and tag, signed and verified, and stock cosign agrees', async () => {
    const commit = await project.git.commit({ Dockerfile: dockerfile, 'word.txt': 'hello' });
    const build = await system.outcome(await system.push(project, commit));
    expect(build).toMatchObject({ status: 'succeeded', number: 1, commit, tags: ['main', 'latest'], failure: null });
    expect(await system.cosign(project, 'verify', build.digest!)).toContain(build.digest);
    const attestation = await system.cosign(project, 'verify-attestation', build.digest!, '--type', 'slsaprovenance1');
    const statement = JSON.parse(Buffer.from(JSON.parse(attestation.split('\n')[0]!).payload, 'base64').toString());
    expect(statement.predicate.buildDefinition.resolvedDependencies[0].digest).toEqual({ gitCommit: commit });
    expect(statement.predicate.buildDefinition.resolvedDependencies[1].uri).toContain('busybox');
    const tags = await system.db.prisma.imageTag.findMany({ where: { projectId: project.id } });
    expect(tags.map(({ tag, digest }) => [tag, digest]).sort()).toEqual([
      ['latest', build.digest],
      ['main', build.digest],
    ]);
  });

  it('reuses the cache for a second commit and gives it a digest of its own', async () => {
    const first = await system.db.prisma.build.findFirstOrThrow({
      where: { projectId: project.id },
      orderBy: { number: 'asc' },
    });
    const commit = await project.git.commit({ Dockerfile: dockerfile, 'word.txt': 'hello', 'README.md': 'changed' });
    const build = await system.outcome(await system.push(project, commit));
    expect(build.status).toBe('succeeded');
    expect(build.digest).not.toBe(first.digest);
    expect(build.stepsCached).toBeGreaterThan(0);
  });

  it('says where a step failed, with its line, and moves no tag', async () => {
    const before = await system.db.prisma.imageTag.findMany({ where: { projectId: project.id } });
    const commit = await project.git.commit({ Dockerfile: 'FROM busybox:latest\nRUN echo before\nRUN exit 7\n' });
    const build = await system.outcome(await system.push(project, commit));
    expect(build).toMatchObject({ status: 'failed', failure: { code: 'StepFailed', place: { line: 3, exitCode: 7 } } });
    expect(await system.db.prisma.imageTag.findMany({ where: { projectId: project.id } })).toEqual(before);
    // Why its steps ran is written down behind it.
    const verdicts = await system.until(async () => {
      const rows = await system.db.prisma.stepVerdict.findMany({
        where: { buildId: build.id },
        orderBy: { startLine: 'asc' },
      });
      return rows.length > 0 ? rows : null;
    });
    expect(verdicts.map(({ definition, cached }) => [definition, cached])).toEqual([
      ['RUN echo before', false],
      ['RUN exit 7', false],
    ]);
    expect(verdicts.every(({ cause }) => cause !== null)).toBe(true);
  });

  it('signs bytes that it made before by their provenance alone, and both attestations stand', async () => {
    const build = await system.outcome(await system.push(project, await project.git.commit(sameBytes)));
    const again = await system.outcome(await system.replay(project, build.commit));
    expect(again).toMatchObject({ status: 'succeeded', digest: build.digest });
    const kinds = async (buildId: string) => {
      const rows = await system.db.prisma.signatureArtifact.findMany({ where: { buildId }, orderBy: { kind: 'asc' } });
      return rows.map(({ kind }) => kind);
    };
    expect(await kinds(build.id)).toEqual(['legacy_provenance', 'legacy_signature', 'provenance', 'signature']);
    expect(await kinds(again.id)).toEqual(['legacy_provenance', 'provenance']);
    const attested = await system.cosign(project, 'verify-attestation', again.digest!, '--type', 'slsaprovenance1');
    const invocations = attested
      .trim()
      .split('\n')
      .map((line) => JSON.parse(Buffer.from(JSON.parse(line).payload, 'base64').toString()))
      .map((statement) => statement.predicate.runDetails.metadata.invocationId.split('/').at(-1));
    expect(invocations.sort()).toEqual([String(build.number), String(again.number)].sort());
  });

  it('S-110 publishes strangers’ code by digest only, says its zone in the provenance, and leaves nothing to the protected zone', async () => {
    const project = await system.project();
    const files = (word: string) => ({
      Dockerfile: `FROM busybox:latest\nRUN --network=none --mount=type=cache,target=/home ls /home && echo ${word} > /home/${word}\nRUN --network=none ls /\n`,
    });
    await project.git.commit(files('STRANGER'));
    const fork = await system.outcome(await system.buildAsFork(project));
    expect(fork).toMatchObject({ status: 'succeeded', zone: 'fork', isolated: true, tags: [], movesTags: false });
    expect(await system.hasManifest(project.repository, fork.digest!)).toBe(true);
    expect(await system.db.prisma.imageTag.count({ where: { projectId: project.id } })).toBe(0);
    const attestation = await system.cosign(project, 'verify-attestation', fork.digest!, '--type', 'slsaprovenance1');
    const { predicate } = JSON.parse(Buffer.from(JSON.parse(attestation).payload, 'base64').toString());
    expect(predicate.buildDefinition.internalParameters).toMatchObject({ zone: 'fork' });
    await system.until(async () => {
      const { cacheExport } = (await new BuildRepository(system.db).find(fork.id))!;
      return cacheExport === 'pending' ? null : cacheExport;
    });
    const costs = await system.db.prisma.build.findUniqueOrThrow({ where: { id: fork.id } });
    expect(costs.cacheExportMs).toBeGreaterThan(0);
    expect(Number(costs.cacheExportBytes)).toBeGreaterThan(1_000);
    expect(costs.cacheRanMs).toBeGreaterThan(0);
    const own = cacheReference(project.id, { zone: 'fork', ref: fork.ref, platform: fork.platform, epoch: 0 });
    expect(await system.tagsIn(own.repository)).toEqual([own.tag]);
    const protectedOne = cacheReference(project.id, {
      zone: 'protected',
      ref: fork.ref,
      platform: fork.platform,
      epoch: 0,
    });
    expect(await system.tagsIn(protectedOne.repository)).toEqual([]);
    // The same bytes of a Dockerfile, and nothing of the stranger's run is found.
    const main = await system.outcome(await system.push(project, fork.commit));
    expect(main).toMatchObject({ status: 'succeeded', zone: 'protected', stepsCached: 0, tags: ['main', 'latest'] });
  });

  it('S-110 lets a fork find what the default branch has run, unless its secrets are withheld, and leaves its own to nobody', async () => {
    const project = await system.project();
    const exported = async (build: { readonly id: string }) =>
      system.until(async () => {
        const { cacheExport } = (await new BuildRepository(system.db).find(build.id))!;
        return cacheExport === 'pending' ? null : cacheExport;
      });
    const spaceOf = async (build: { readonly id: string }) =>
      (await system.db.prisma.attempt.findFirstOrThrow({ where: { buildId: build.id } })).resultSpace;
    const files = (end: string) => ({
      Dockerfile: `FROM busybox:latest
RUN --network=none cat /proc/sys/kernel/random/uuid > /home/random
RUN --network=none cat /home/random; echo ${end}
`,
    });
    const main = await system.outcome(await system.push(project, await project.git.commit(files('main'))));
    expect([main.stepsCached, await exported(main)]).toEqual([0, 'done']);
    const same = await system.outcome(await system.buildAsFork(project));
    expect(same).toMatchObject({ status: 'succeeded', zone: 'fork', stepsTotal: 2, stepsCached: 2 });
    const layers = await system.layersOf(project.repository, main.digest!);
    expect(await system.layersOf(project.repository, same.digest!)).toEqual(layers);
    expect([await spaceOf(same), await spaceOf(main)]).toEqual([project.id, project.id]);

    await project.git.commit(files('STRANGER'));
    const fork = await system.outcome(await system.buildAsFork(project));
    expect([fork.stepsCached, await exported(fork), await spaceOf(fork)]).toEqual([1, 'done', project.id]);
    const after = await system.outcome(await system.push(project, fork.commit));
    expect([after.stepsCached, after.stepsTotal]).toEqual([1, 2]);

    await system.secret(project, 'NPM_TOKEN', 'a value that no file holds');
    const withheld = await system.outcome(await system.buildAsFork(project));
    expect(withheld).toMatchObject({ status: 'succeeded', stepsCached: 0 });
    expect(await spaceOf(withheld)).toMatch(`${project.id}-fork-`);
  });

  it('keeps a cache inside the image where the project asks for it, in the own place of its zone', async () => {
    const project = await system.project({ cacheBackend: 'inline' });
    const builds = new BuildRepository(system.db);
    const exported = async (build: { readonly id: string }) =>
      system.until(async () => {
        const found = (await builds.find(build.id))!;
        return found.cacheExport === 'pending' ? null : found.cacheExport;
      });
    const Dockerfile = `FROM busybox:latest\nRUN --network=none echo ${Date.now()} > /home/out\n`;
    const build = await system.outcome(await system.push(project, await project.git.commit({ Dockerfile })));
    expect(build).toMatchObject({ status: 'succeeded', cacheBackend: 'inline' });
    expect(await exported(build)).toBe('done');
    const own = cacheReference(project.id, { zone: 'protected', ref: build.ref, platform: build.platform, epoch: 0 });
    expect(await system.tagsIn(own.repository)).toEqual([own.tag]);
    expect(await system.hasManifest(own.repository, build.digest!)).toBe(true);
    const { cacheExportBytes } = await system.db.prisma.build.findUniqueOrThrow({ where: { id: build.id } });
    expect(Number(cacheExportBytes)).toBeGreaterThan(100);
    const attestation = await system.cosign(project, 'verify-attestation', build.digest!, '--type', 'slsaprovenance1');
    const { predicate } = JSON.parse(Buffer.from(JSON.parse(attestation).payload, 'base64').toString());
    expect(predicate.buildDefinition.internalParameters).toMatchObject({ zone: 'protected', cacheBackend: 'inline' });
    // Where all is found there is nothing to leave.
    await project.git.commit({ Dockerfile: `${Dockerfile}RUN --network=none echo fork > /home/out\n` });
    const fork = await system.outcome(await system.buildAsFork(project));
    expect(await exported(fork)).toBe('done');
    const strange = cacheReference(project.id, { zone: 'fork', ref: fork.ref, platform: fork.platform, epoch: 0 });
    expect(await system.hasManifest(strange.repository, fork.digest!)).toBe(true);
    expect(await system.hasManifest(own.repository, build.digest!)).toBe(true);
    expect(await system.hasManifest(own.repository, fork.digest!)).toBe(false);
  });

  it('finds nothing older after a reset of the cache, deletes it from the registry, and is cached again', async () => {
    const project = await system.project();
    const exported = (id: string) =>
      system.until(async () => {
        const build = (await new BuildRepository(system.db).find(id))!;
        return build.cacheExport === 'done' ? build : null;
      });
    // A word that nobody else on the engine copies at the same time: equal work of two builds is done once.
    const word = randomUUID();
    const files = (note: string) => ({ Dockerfile: dockerfile, 'word.txt': word, note });
    const push = async (note: string) =>
      system.outcome(await system.push(project, await project.git.commit(files(note))));
    const [before, kept] = [await push('1'), await push('2')];
    expect(kept.stepsCached).toBe(kept.stepsTotal);
    await exported(before.id);
    const place = { zone: 'protected', ref: before.ref, platform: before.platform } as const;
    const old = cacheReference(project.id, { ...place, epoch: 0 });
    expect(await system.tagsIn(old.repository)).toEqual([old.tag]);
    const { bytes } = await system.db.prisma.cacheEntry.findFirstOrThrow({ where: { projectId: project.id } });

    const actor = { kind: 'person', id: 'u1', name: 'ada', ip: null } as const;
    const { organizationId } = await system.db.prisma.project.findUniqueOrThrow({ where: { id: project.id } });
    const asked = { zone: null, ref: null, reason: 'a poisoned base' };
    const reset = await new CacheResetRepository(system.db).reset(
      { projectId: project.id, organizationId },
      asked,
      actor,
    );
    expect(reset).toMatchObject({ epoch: 1, afterNumber: 2, sweptAt: null });
    await system.until(async () =>
      (await system.db.prisma.cacheReset.count({ where: { projectId: project.id, sweptAt: null } })) === 0
        ? true
        : null,
    );
    expect(await system.tagsIn(old.repository)).toEqual([]);
    const evictions = await system.db.prisma.cacheEviction.findMany({ where: { projectId: project.id } });
    expect(evictions).toMatchObject([{ ...place, epoch: 0, bytes, why: 'reset' }]);
    expect(await system.db.prisma.cacheEntry.count({ where: { projectId: project.id } })).toBe(0);

    const first = await push('3');
    const epochs = { cacheEpoch: 1, mainCacheEpoch: 1 };
    expect(first).toMatchObject({ status: 'succeeded', ...epochs, afterReset: true });
    const steps = {
      attempt: { buildId: first.id },
      internal: false,
      cached: true,
      NOT: { name: { contains: 'FROM ' } },
    };
    // The builder looks for this one even where it is to look for none.
    expect(await system.db.prisma.step.findMany({ where: steps, select: { name: true } })).toEqual([
      { name: '[words 2/4] WORKDIR /words' },
    ]);
    const second = await push('4');
    expect(second).toMatchObject({ cacheEpoch: 1, afterReset: false, stepsCached: second.stepsTotal });
    await exported(first.id);
    const now = cacheReference(project.id, { ...place, epoch: 1 });
    expect(await system.tagsIn(now.repository)).toEqual([now.tag]);
  });

  it('keeps a cache on the disk of its worker where the project asks for it, and nothing in the registry', async () => {
    const project = await system.project({ cacheBackend: 'local' });
    const builds = new BuildRepository(system.db);
    const Dockerfile = `FROM busybox:latest\nRUN echo ${Date.now()} > /home/out\n`;
    const build = await system.outcome(await system.push(project, await project.git.commit({ Dockerfile })));
    expect(build).toMatchObject({ status: 'succeeded', cacheBackend: 'local' });
    expect(build.warnings).toMatchObject([{ rule: 'LocalCache' }]);
    const state = await system.until(async () => {
      const { cacheExport } = (await builds.find(build.id))!;
      return cacheExport === 'pending' ? null : cacheExport;
    });
    expect(state).toBe('done');
    const { cacheExportBytes } = await system.db.prisma.build.findUniqueOrThrow({ where: { id: build.id } });
    expect(Number(cacheExportBytes)).toBeGreaterThan(100_000);
    const own = cacheReference(project.id, { zone: 'protected', ref: build.ref, platform: build.platform, epoch: 0 });
    expect(await system.tagsIn(own.repository)).toEqual([]);
    expect(await readdir(path.join(system.localCacheRoot, localCacheName(own)))).toContain('index.json');
    const change = { Dockerfile, 'other.txt': 'x' };
    const next = await system.outcome(await system.push(project, await project.git.commit(change)));
    expect(next).toMatchObject({ status: 'succeeded', warnings: [], stepsCached: 1 });
  });

  it('leaves nothing of a deleted project, neither rows nor images, and lets no build begin behind it', async () => {
    const doomed = await system.project();
    const kept = await system.db.prisma.build.count({ where: { projectId: project.id } });
    const build = await system.outcome(
      await system.push(doomed, await doomed.git.commit({ Dockerfile: dockerfile, 'word.txt': 'x' })),
    );
    expect(build.status).toBe('succeeded');
    const staging = `staging/${doomed.id}/protected`;
    for (const repository of [doomed.repository, staging])
      expect(await system.hasManifest(repository, build.digest!)).toBe(true);
    const running = await system.push(
      doomed,
      await doomed.git.commit({ Dockerfile: 'FROM busybox:latest\nRUN sleep 60\n' }),
    );
    await system.until(async () => ((await system.buildOf(running))?.phase === 'build' ? true : null));
    await system.deleteProject(doomed);
    expect(await new BuildRepository(system.db).createRetry(build.id, { noCache: false, actorName: 'ada' })).toEqual({
      ok: false,
      reason: 'not_found',
    });
    await system.until(async () =>
      (await system.db.prisma.project.count({ where: { id: doomed.id } })) === 0 ? true : null,
    );
    for (const repository of [doomed.repository, staging])
      expect(await system.hasManifest(repository, build.digest!)).toBe(false);
    expect(await system.tagsIn(doomed.repository)).toEqual([]);
    const cache = cacheReference(doomed.id, { zone: 'protected', ref: build.ref, platform: build.platform, epoch: 0 });
    expect(await system.tagsIn(cache.repository)).toEqual([]);
    const left = { where: { projectId: doomed.id } };
    const { signatureArtifact, imageVerification, build: builds } = system.db.prisma;
    expect(
      await Promise.all([signatureArtifact.count(left), imageVerification.count(left), builds.count(left)]),
    ).toEqual([0, 0, 0]);
    expect(await system.db.prisma.build.count({ where: { projectId: project.id } })).toBe(kept);
  });
});
