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

  it('are what a definition stands for at this commit, with the arguments as its variables', async () => {
    const definition = { path: 'ci/docker-bake.hcl', target: 'app' };
    const project = await system.project({ definition, buildArgs: { WORD: 'given' } });
    const hcl = `variable "WORD" { default = "none" }
target "base" {
  labels = { "example.test/from" = "base" }
}
target "app" {
  inherits = ["base"]
  context = "app"
  args = { SAID = upper(WORD) }
  contexts = { lib = "./libs/a" }
  tags = ["example.test/app:1"]
  dockerfile-inline = <<EOT
FROM busybox
ARG SAID
COPY --from=lib word.txt own.txt* /
RUN test "$SAID" = GIVEN && test "$(cat /word.txt)" = lib
EOT
}
`;
    const files = { 'ci/docker-bake.hcl': hcl, 'app/own.txt': 'own', 'libs/a/word.txt': 'lib' };
    const built = await system.outcome(await system.push(project, await project.git.commit(files)));
    expect(built.failure).toBeNull();
    expect(built).toMatchObject({
      ...{ status: 'succeeded', tags: ['main', 'latest'], definition, buildArgs: { WORD: 'given' } },
      resolved: { contextPath: 'app', buildArgs: { SAID: 'GIVEN' }, ignored: [{ field: 'tags' }] },
    });
    const attestation = await system.cosign(project, 'verify-attestation', built.digest!, '--type', 'slsaprovenance1');
    expect(predicateOf(attestation).buildDefinition.externalParameters).toMatchObject({
      definition: { ...definition, variables: { WORD: 'given' } },
      ...{ context: 'app', dockerfile: 'ci/docker-bake.hcl (app)', target: null },
      ...{ buildArgs: { SAID: 'GIVEN' }, namedContexts: { lib: 'libs/a' } },
    });
    const attempt = await system.db.prisma.attempt.findFirstOrThrow({ where: { buildId: built.id } });
    expect(attempt.dockerfile).toContain('ARG SAID');
  });

  it('are those of a service in a compose file', async () => {
    const definition = { path: 'compose.yaml', target: 'web' };
    const project = await system.project({ definition });
    const compose = `services:
  web:
    ports: ["80:80"]
    build: { context: web, dockerfile: Web.Dockerfile, target: prod, args: { WORD: "\${WORD:-default}" } }
  db: { image: postgres }
`;
    const dockerfile = 'FROM busybox AS prod\nARG WORD\nRUN test "$WORD" = fromenv\nFROM busybox\nRUN false\n';
    const files = { 'compose.yaml': compose, 'web/Web.Dockerfile': dockerfile, '.env': 'WORD=fromenv\n' };
    const built = await system.outcome(await system.push(project, await project.git.commit(files)));
    expect(built.failure).toBeNull();
    expect(built.resolved).toMatchObject({ dockerfilePath: 'web/Web.Dockerfile', stage: 'prod' });
  });

  it('S-027, S-034 that no build may have are refused by the name of their field, before anything runs', async () => {
    const definition = { path: 'docker-bake.hcl', target: 'app' };
    const project = await system.project({ definition });
    const outcomeOf = async (target: string) => {
      const commit = await project.git.commit({
        'docker-bake.hcl': `target "app" {\n${target}\n}\n`,
        Dockerfile: 'FROM busybox\n',
      });
      return (await system.outcome(await system.push(project, commit))).failure;
    };
    for (const [field, text] of [
      ['context', ' context = "../.."'],
      ['context', ' context = "https://example.test/x.git"'],
      ['contexts.lib', ' contexts = { lib = "/etc" }'],
      ['network', ' network = "host"'],
      ['platforms', ' platforms = ["linux/arm64"]'],
    ] as const) {
      const failure = await outcomeOf(text);
      expect(failure, text).toMatchObject({ code: 'InvalidBuildConfig', place: { file: 'docker-bake.hcl' } });
      expect(failure?.message).toContain(`“${field}”`);
    }
    expect(await outcomeOf(' context = nowhere')).toMatchObject({
      code: 'InvalidBuildConfig',
      place: { file: 'docker-bake.hcl', line: 2 },
    });
    const gone = await system.outcome(
      await system.push(project, await project.git.commit({ Dockerfile: 'FROM busybox\n' })),
    );
    expect(gone.failure?.message).toContain('There is no docker-bake.hcl');
  });
});
