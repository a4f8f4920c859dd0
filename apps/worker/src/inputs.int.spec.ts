import { BuildRepository } from '@cooperage/db';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkerSystem } from '../spec/worker-system.js';

const predicateOf = (attestation: string) =>
  JSON.parse(Buffer.from(JSON.parse(attestation.split('\n')[0]!).payload, 'base64').toString()).predicate;

describe('the inputs of a build', () => {
  let system: WorkerSystem;
  beforeAll(async () => {
    system = await WorkerSystem.start();
  });
  afterAll(() => system.close());

  it('are named contexts too: folders of the very commit, and images by their digest', async () => {
    const tool = `docker-image://${services().openRegistry}/library/busybox:latest`;
    const namedContexts = { lib: 'libs/common', tool };
    const project = await system.project({ namedContexts, contextPath: 'app', dockerfilePath: 'app/Dockerfile' });
    const files = (word: string) => ({
      'app/Dockerfile': 'FROM tool\nCOPY --from=lib word.txt /word\nRUN test "$(cat /word)" = expected\n',
      ...{ 'libs/common/word.txt': word, 'libs/common/.dockerignore': 'secret\n', 'libs/common/secret': 'no' },
    });
    const built = await system.outcome(await system.push(project, await project.git.commit(files('expected'))));
    expect(built).toMatchObject({ status: 'succeeded', namedContexts, failure: null });
    const attestation = await system.cosign(project, 'verify-attestation', built.digest!, '--type', 'slsaprovenance1');
    const { externalParameters, resolvedDependencies } = predicateOf(attestation).buildDefinition;
    expect(externalParameters.namedContexts).toEqual(namedContexts);
    expect(resolvedDependencies[1]).toEqual({
      uri: `${services().openRegistry}/library/busybox:latest`,
      digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });

    // Of the same size, under the same key of the engine: the content of this commit counts.
    const wrong = await system.outcome(await system.push(project, await project.git.commit(files('EXPECTED'))));
    expect(wrong).toMatchObject({ status: 'failed', failure: { code: 'StepFailed', place: { line: 3 } } });

    await system.db.prisma.project.update({ where: { id: project.id }, data: { namedContexts: {} } });
    const again = await new BuildRepository(system.db).createRetry(built.id, { noCache: false, actorName: 'Ada' });
    if (!again.ok) throw new Error(again.reason);
    const retried = await system.until(async () => {
      const build = await new BuildRepository(system.db).find(again.buildId);
      return build?.finishedAt ? build : null;
    }, 60_000);
    expect(retried).toMatchObject({ status: 'succeeded', namedContexts });
  });

  it('S-026 are refused where a folder leads out of the repository', async () => {
    const project = await system.project({ namedContexts: { lib: 'out' } });
    const commit = await project.git.commit({ Dockerfile: 'FROM busybox\n', out: { symlink: '/etc' } });
    const build = await system.outcome(await system.push(project, commit));
    expect(build).toMatchObject({ status: 'failed', failure: { code: 'ContextNotFound' } });
    expect(build.failure?.message).toContain('“lib”');
  });
});
