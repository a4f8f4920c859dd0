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

describe('the road from an accepted delivery to a signed image', () => {
  let system: WorkerSystem;
  let project: TestProject;
  beforeAll(async () => {
    system = await WorkerSystem.start();
    project = await system.project();
  });
  afterAll(() => system.close());

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
  });
});
