import { BuildRepository, CacheFactsRepository } from '@cooperage/db';
import { whyStepsRan } from '@cooperage/domain';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { provenancesOf } from '../spec/stock-cosign.js';
import { WorkerSystem } from '../spec/worker-system.js';

const none = { memoryBytes: null, pids: null, cpus: null, diskBytes: null };

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
    const [provenance] = await provenancesOf(system, project, built);
    const { externalParameters, resolvedDependencies } = provenance.buildDefinition;
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

  it('R2-N1 are run with the ceilings of processes and disk, where the project says nothing', async () => {
    const project = await system.project();
    const scope = system.organization;
    await system.db.prisma.quota.create({ data: { scope, pids: 32, diskBytes: 64 * 1_048_576 } });
    onTestFinished(async () => void (await system.db.prisma.quota.delete({ where: { scope } })));
    const build = async (command: string) =>
      system.outcome(
        await system.push(project, await project.git.commit({ Dockerfile: `FROM busybox\nRUN ${command}\n` })),
      );
    const many = await build('i=0; while [ $i -lt 64 ]; do sleep 20 & i=$((i+1)); done; wait');
    expect(many).toMatchObject({ status: 'failed', failure: { code: 'StepProcessLimit' } });
    const large = await build('truncate -s 1073741824 /large; sleep 20');
    expect(large).toMatchObject({ status: 'failed', failure: { code: 'DiskLimit' } });
  });

  it('R2-M-3 end at the time limit of the organization, where the project asked for more before', async () => {
    const limits = { ...none, timeoutMs: 86_400_000, logBytes: 1_000_000 };
    const project = await system.project({ limits });
    const scope = system.organization;
    await system.db.prisma.quota.create({ data: { scope, timeoutMs: 3_000 } });
    onTestFinished(async () => void (await system.db.prisma.quota.delete({ where: { scope } })));
    const build = async (Dockerfile: string) =>
      system.outcome(await system.push(project, await project.git.commit({ Dockerfile })));
    const ended = await build('FROM busybox\nRUN sleep 100\n');
    expect(ended).toMatchObject({ status: 'timed_out', limits: { timeoutMs: 3_000, askedTimeoutMs: 86_400_000 } });
    const told = 'It asked for 1440 minutes and may take 0.1 minutes, the most of its organization.';
    expect(ended.failure?.message).toBe(`The build took longer than its limit of 3 seconds. ${told}`);
    await system.db.prisma.quota.update({ where: { scope }, data: { timeoutMs: 600_000 } });
    const { warnings } = await build('FROM scratch\nCOPY . /\n');
    expect(warnings).toMatchObject([{ rule: 'LimitLowered', message: told.replace('0.1', '10') }]);
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
    const [provenance] = await provenancesOf(system, project, built);
    expect(provenance.buildDefinition.externalParameters).toMatchObject({
      definition: { ...definition, variables: { WORD: 'given' } },
      ...{ context: 'app', dockerfile: 'ci/docker-bake.hcl (app)', target: null },
      ...{ buildArgs: { SAID: 'GIVEN' }, namedContexts: { lib: 'libs/a' } },
    });
    const attempt = await system.db.prisma.attempt.findFirstOrThrow({ where: { buildId: built.id } });
    expect(attempt.dockerfile).toContain('ARG SAID');
  });

  it('are those of its other targets too: all is built as one, and each is made from what it says itself', async () => {
    const definition = { path: 'docker-bake.hcl', target: 'app' };
    const project = await system.project({ definition });
    const tool = `docker-image://${services().openRegistry}/library/busybox:latest`;
    const hcl = `target "lower" {
  context = "lower"
  contexts = { tool = "${tool}" }
  network = "none"
}
target "base" {
  context = "base"
  dockerfile = "Base.Dockerfile"
  target = "first"
  args = { WORD = "arg" }
  contexts = { lower = "target:lower", lib = "libs/a" }
  tags = ["example.test/base:1"]
}
target "app" {
  context = "app"
  contexts = { base = "target:base" }
}
`;
    const files = (word: string) => ({
      'docker-bake.hcl': hcl,
      'lower/Dockerfile': "FROM tool\nRUN ls /sys/class/net | tr '\\n' ' ' > /nets\n",
      'base/Base.Dockerfile':
        'FROM lower AS first\nARG WORD\nCOPY . /base\nCOPY --from=lib word.txt /lib\nENV SAID=$WORD\nRUN echo in-base\nFROM lower\nRUN false\n',
      ...{
        'base/.dockerignore': 'no\nBase.Dockerfile\n',
        'base/no': 'x',
        'base/word.txt': word,
        'libs/a/word.txt': 'lib',
      },
      'app/Dockerfile':
        'FROM base\nCOPY own.txt /own\nRUN echo "$SAID $(cat /base/word.txt /lib /own /nets) $(ls /base)" > /all && cat /all\nRUN test "$(cat /all)" = "arg wordlibownlo  word.txt"\n',
      ...{ 'app/own.txt': 'own', 'app/no': 'y' },
    });
    const built = await system.outcome(await system.push(project, await project.git.commit(files('word'))));
    expect(built.failure).toBeNull();
    expect(built.resolved?.targets?.map(({ name }) => name)).toEqual(['lower', 'base']);
    expect(built.resolved?.ignored).toEqual([{ field: 'base.tags', why: expect.any(String) }]);
    expect(built.baseImages.map(({ name }) => name)).toEqual([`${services().openRegistry}/library/busybox:latest`]);

    const stepsOf = async (buildId: string) => {
      const attempt = await system.db.prisma.attempt.findFirstOrThrow({ where: { buildId }, include: { steps: true } });
      return attempt.steps.filter(({ internal, name }) => !internal && !/\] FROM /.test(name));
    };
    const steps = await stepsOf(built.id);
    expect(steps.filter(({ target }) => target === 'base').map(({ name, startLine }) => [name, startLine])).toEqual(
      expect.arrayContaining([[expect.stringMatching(/^\[base first \d\/\d\] RUN echo in-base$/), null]]),
    );
    expect(steps.filter(({ target }) => target === 'lower')).toHaveLength(1);
    expect(
      steps
        .filter(({ target }) => target === null)
        .map(({ startLine }) => startLine)
        .toSorted(),
    ).toEqual([2, 3, 4]);
    const [provenance] = await provenancesOf(system, project, built);
    const { externalParameters, resolvedDependencies } = provenance.buildDefinition;
    expect(externalParameters).toMatchObject({ namedContexts: { base: 'target:base' }, definition });
    expect(resolvedDependencies[1]?.uri).toBe(`${services().openRegistry}/library/busybox:latest`);

    // Each step by what its own target is made from, and by the step of another where that made it run.
    const facts = new CacheFactsRepository(system.db);
    const told = async (buildId: string) =>
      whyStepsRan((await facts.find(buildId))!, await facts.earlier(buildId)).map(
        ({ target, startLine, cached, reason }) => [
          ...[target, startLine, cached, reason?.kind ?? null],
          reason?.kind === 'earlier_step' ? (reason.target ?? null) : null,
        ],
      );
    const wrong = await system.outcome(await system.push(project, await project.git.commit(files('WORD'))));
    expect(wrong).toMatchObject({ failure: { code: 'StepFailed', place: { file: 'app/Dockerfile', line: 4 } } });
    const [, copy] = whyStepsRan((await facts.find(wrong.id))!, await facts.earlier(wrong.id));
    expect(copy?.reason).toMatchObject({ kind: 'files', changes: [{ path: 'word.txt' }] });
    expect(await told(wrong.id)).toEqual([
      ['lower', 2, true, null, null],
      ['base', 3, false, 'files', null],
      ['base', 4, false, 'earlier_step', null],
      ['base', 6, false, 'earlier_step', null],
      [null, 2, false, 'earlier_step', 'base'],
      [null, 3, false, 'earlier_step', null],
      [null, 4, false, 'earlier_step', null],
    ]);
    const again = await system.outcome(
      await system.push(project, await project.git.commit({ ...files('word'), 'lower/other.txt': 'x' })),
    );
    expect(again.failure).toBeNull();
    expect((await stepsOf(again.id)).filter(({ cached }) => !cached)).toEqual([]);

    const failed = await system.outcome(
      await system.push(
        project,
        await project.git.commit({ ...files('word'), 'lower/Dockerfile': 'FROM tool\n\nRUN exit 3\n' }),
      ),
    );
    expect(failed.failure).toMatchObject({
      ...{
        code: 'StepFailed',
        place: { file: 'lower/Dockerfile', line: 3, step: '[lower 1/2] RUN exit 3', exitCode: 3 },
      },
    });
    expect((await stepsOf(failed.id)).find(({ name }) => name.includes('exit 3'))).toMatchObject({ startLine: null });
    // What was made from it may have been begun before the builder knew of the failure, and is told then too.
    expect((await told(failed.id))[0]).toEqual(['lower', 3, false, 'instruction', null]);
  });

  it('are those of other services of a compose file too', async () => {
    const project = await system.project({ definition: { path: 'compose.yaml', target: 'web' } });
    const compose = `services:
  web: { build: { context: web, additional_contexts: { base: "service:base" } } }
  base: { build: { context: base } }
`;
    const commit = await project.git.commit({
      ...{ 'compose.yaml': compose, 'base/Dockerfile': 'FROM busybox\nCOPY a.txt /a\n', 'base/a.txt': 'of base' },
      ...{ 'web/Dockerfile': 'FROM base\nRUN test "$(cat /a)" = "of base"\n', 'web/a.txt': 'of web' },
    });
    expect((await system.outcome(await system.push(project, commit))).failure).toBeNull();
  });

  it('S-120, S-054 hold for its other targets: no network, no address, no secret in an argument', async () => {
    const definition = { path: 'docker-bake.hcl', target: 'app' };
    const limits = { ...none, timeoutMs: 120_000, logBytes: 1_000_000, network: 'none' };
    const project = await system.project({ definition, limits });
    const value = `s3cret-${project.id}`;
    await system.secret(project, 'TOKEN', value);
    const outcomeOf = async (base: string, args = '') => {
      const commit = await project.git.commit({
        'docker-bake.hcl': `target "base" {\n context = "base"\n${args}\n}\ntarget "app" {\n contexts = { base = "target:base" }\n}\n`,
        ...{ 'base/Dockerfile': base, Dockerfile: 'FROM base\nRUN true\n' },
      });
      return (await system.outcome(await system.push(project, commit))).failure;
    };
    expect(await outcomeOf('FROM busybox\nRUN test "$(ls /sys/class/net)" = lo\n')).toBeNull();
    expect(await outcomeOf('FROM busybox\nADD https://example.test/x /x\n')).toMatchObject({
      ...{ code: 'PolicyRefused', place: { file: 'base/Dockerfile', line: 2 } },
    });
    expect(await outcomeOf('FROM busybox\nARG A\n', ` args = { A = "${value}" }`)).toMatchObject({
      code: 'SecretLeak',
    });
    expect(await outcomeOf(`FROM busybox\n# ${value}\n`)).toMatchObject({
      ...{ code: 'SecretLeak', place: { file: 'base/Dockerfile', line: 2 } },
    });
    expect(await outcomeOf('FROM busybox\n', ' args = { BUILDKIT_SYNTAX = "evil/x" }')).toMatchObject({
      code: 'PolicyRefused',
    });
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
      ['context', ' contexts = { base = "target:base" }\n}\ntarget "base" {\n context = "../.."'],
      ['platforms', ' contexts = { base = "target:base" }\n}\ntarget "base" {\n platforms = ["linux/arm64"]'],
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
