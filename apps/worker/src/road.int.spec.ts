import { BuildRepository, promise } from '@cooperage/db';
import { cacheReference } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBlob, hasManifest, layersOf, tagsIn } from '../spec/registry-content.js';
import { cosign, provenancesOf } from '../spec/stock-cosign.js';
import { WorkerSystem } from '../spec/worker-system.js';

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
  beforeAll(async () => {
    system = await WorkerSystem.start();
  });
  afterAll(() => system.close());

  it('publishes a commit by digest and tag, signed and verified, and stock cosign agrees', async () => {
    const project = await system.project();
    const commit = await project.git.commit({ Dockerfile: dockerfile, 'word.txt': 'hello' });
    const build = await system.outcome(await system.push(project, commit));
    expect(build).toMatchObject({ status: 'succeeded', number: 1, commit, tags: ['main', 'latest'], failure: null });
    expect(await cosign(system, project, 'verify', build.digest!)).toContain(build.digest);
    const [{ buildDefinition }] = await provenancesOf(system, project, build);
    expect(buildDefinition.resolvedDependencies[0]?.digest).toEqual({ gitCommit: commit });
    expect(buildDefinition.resolvedDependencies[1]?.uri).toContain('busybox');
    const tags = await system.db.prisma.imageTag.findMany({ where: { projectId: project.id } });
    expect(tags.map(({ tag, digest }) => [tag, digest]).sort()).toEqual([
      ['latest', build.digest],
      ['main', build.digest],
    ]);
  });

  it('R-H3 signs the address that a build was evaluated for, also behind a retry, and verifies it after the project has moved [A3 signed record]', async () => {
    const project = await system.project();
    const builds = new BuildRepository(system.db);
    const { remoteUrl } = await system.db.prisma.project.findUniqueOrThrow({ where: { id: project.id } });
    const delivery = await system.push(
      project,
      await project.git.commit({ Dockerfile: 'FROM busybox:latest\nRUN sleep 2\n' }),
    );
    await system.until(async () => ((await system.buildOf(delivery))?.phase ?? 'fetch') !== 'fetch' || null);
    await system.git.repository(`victim-of-${project.id}.git`);
    const victim = system.git.url(`victim-of-${project.id}.git`);
    await system.db.prisma.project.update({ where: { id: project.id }, data: { remoteUrl: victim } });
    const build = await system.outcome(delivery);
    const retried = await builds.createRetry(build.id, { noCache: false, actorName: 'ada' });
    if (!retried.ok) throw new Error(retried.reason);
    const again = await system.until(async () => {
      const found = await builds.find(retried.buildId);
      return found?.finishedAt ? found : null;
    }, 90_000);
    expect([build, again]).toMatchObject([
      { status: 'succeeded', remoteUrl },
      { status: 'succeeded', remoteUrl },
    ]);
    for (const { buildDefinition } of await provenancesOf(system, project, again))
      expect(buildDefinition.externalParameters.source).toMatchObject({ uri: `git+${remoteUrl}@refs/heads/main` });
    await system.db.prisma.imageVerification.deleteMany({ where: { projectId: project.id } });
    await system.db.transaction((tx) => promise(tx, 'verify-images', project.id, project.id));
    const looked = await system.until(() =>
      system.db.prisma.imageVerification.findFirst({ where: { projectId: project.id, digest: again.digest! } }),
    );
    expect(looked).toMatchObject({ verdict: 'verified', ok: true });
  });

  it('reuses the cache for a second commit and gives it a digest of its own', async () => {
    const project = await system.project();
    const built = async (files: Readonly<Record<string, string>>) =>
      system.outcome(await system.push(project, await project.git.commit({ Dockerfile: dockerfile, ...files })));
    const first = await built({ 'word.txt': 'hello' });
    const second = await built({ 'word.txt': 'hello', 'README.md': 'changed' });
    expect([first.status, second.status]).toEqual(['succeeded', 'succeeded']);
    expect(second.digest).not.toBe(first.digest);
    expect(second.stepsCached).toBeGreaterThan(0);
  });

  it('says where a step failed, with its line, and moves no tag', async () => {
    const project = await system.project();
    await system.outcome(await system.push(project, await project.git.commit(sameBytes)));
    const before = await system.db.prisma.imageTag.findMany({ where: { projectId: project.id } });
    expect(before).toHaveLength(2);
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
    const project = await system.project();
    const build = await system.outcome(await system.push(project, await project.git.commit(sameBytes)));
    const again = await system.outcome(await system.replay(project, build.commit));
    expect(again).toMatchObject({ status: 'succeeded', digest: build.digest });
    const kinds = async (buildId: string) => {
      const rows = await system.db.prisma.signatureArtifact.findMany({ where: { buildId }, orderBy: { kind: 'asc' } });
      return rows.map(({ kind }) => kind);
    };
    expect(await kinds(build.id)).toEqual(['legacy_provenance', 'legacy_signature', 'provenance', 'signature']);
    expect(await kinds(again.id)).toEqual(['legacy_provenance', 'provenance']);
    const provenances = await provenancesOf(system, project, again);
    const invocations = provenances.map(({ runDetails }) => runDetails.metadata.invocationId.split('/').at(-1));
    expect(invocations.sort()).toEqual([String(build.number), String(again.number)].sort());
  });

  it('R5-A8 leaves nothing of a deleted project, neither rows nor images nor their layers, and lets no build begin behind it', async () => {
    const [doomed, kept] = [await system.project(), await system.project()];
    const other = await system.outcome(await system.push(kept, await kept.git.commit(sameBytes)));
    const build = await system.outcome(
      await system.push(doomed, await doomed.git.commit({ Dockerfile: dockerfile, 'word.txt': 'x' })),
    );
    expect(build.status).toBe('succeeded');
    const staging = `staging/${doomed.id}/protected`;
    for (const repository of [doomed.repository, staging])
      expect(await hasManifest(repository, build.digest!)).toBe(true);
    const layers = await layersOf(doomed.repository, build.digest!);
    expect(layers.length).toBeGreaterThan(0);
    for (const layer of layers) expect(await hasBlob(doomed.repository, layer)).toBe(true);
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
      expect(await hasManifest(repository, build.digest!)).toBe(false);
    expect(await tagsIn(doomed.repository)).toEqual([]);
    for (const layer of layers) expect(await hasBlob(doomed.repository, layer)).toBe(false);
    const cache = cacheReference(doomed.id, { zone: 'protected', ref: build.ref, platform: build.platform, epoch: 0 });
    expect(await tagsIn(cache.repository)).toEqual([]);
    const left = { where: { projectId: doomed.id } };
    const { signatureArtifact, imageVerification, build: builds } = system.db.prisma;
    expect(
      await Promise.all([signatureArtifact.count(left), imageVerification.count(left), builds.count(left)]),
    ).toEqual([0, 0, 0]);
    expect(await hasManifest(kept.repository, other.digest!)).toBe(true);
    expect(await system.db.prisma.build.count({ where: { projectId: kept.id } })).toBe(1);
  });
});
