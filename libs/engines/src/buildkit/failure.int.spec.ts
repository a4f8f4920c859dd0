import { BuildFailure, meetsFloor } from '@cooperage/domain';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import { EventRecord } from '../testing/event-record.js';
import { rightsTo } from '../testing/registry-tokens.js';
import { endTrial, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { contextFile, trialRequest, unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;

describe('a build that fails', () => {
  let engine: BuildkitEngine;
  const cgroupParent = trialCgroupParent();

  beforeAll(() => {
    engine = trialEngine({ cgroupParent });
  });
  afterAll(() => endTrial(cgroupParent, engine));

  const failure = async (dockerfile: string, change: Partial<BuildRequest> = {}, record = new EventRecord()) => {
    const error = await engine.build(pushRequest(dockerfile, change), record.emit, never).then(
      () => new Error('it did not fail'),
      (reason: unknown) => reason,
    );
    if (!(error instanceof BuildFailure)) throw error;
    return error.report();
  };

  it('in a RUN: line, step and exit code', async () => {
    const record = new EventRecord();
    const report = await failure('FROM busybox\nRUN true\nRUN echo no; \\\n  exit 9\n', {}, record);
    expect(report).toMatchObject({
      code: 'StepFailed',
      message: 'The step ended with exit code 9.',
      place: { file: 'Dockerfile', line: 3, endLine: 4, exitCode: 9, step: '[3/3] RUN echo no;   exit 9' },
    });
    expect(record.steps().find((step) => step.id === report.place?.stepId)?.error).toContain('exit code: 9');
  });

  it('R17B-5 where its graph is larger than one message of the engine, or a missing file is called like a full disk', async () => {
    const environment = Array.from({ length: 5 }, (_, at) => `ENV A${at}=${'x'.repeat(60_000)}\n`).join('');
    const steps = Array.from({ length: 80 }, (_, at) => `RUN true ${at}\n`).join('');
    expect(await failure(`FROM busybox\n${environment}${steps}`)).toMatchObject({
      ...{ code: 'DockerfileInvalid', message: expect.stringContaining('16 MiB') },
    });
    expect(await failure('FROM busybox\nCOPY ["no space left on device", "/"]\n')).toMatchObject({
      ...{ code: 'StepFailed', message: '"/no space left on device" is not in the build context.' },
    });
  });

  it.each([
    ['an unknown instruction', 'FROM busybox\nRUNN true\n', 'DockerfileInvalid', 2, /unknown instruction: RUNN/i],
    ['a broken here-document', 'FROM busybox\nRUN <<EOF\necho\n', 'DockerfileInvalid', 2, /heredoc/i],
    ['an unknown mount', 'FROM busybox\nRUN --mount=type=wat true\n', 'DockerfileInvalid', 2, /mount type/i],
    [
      'a circle of stages',
      'FROM busybox AS a\nCOPY --from=b / /\nFROM busybox AS b\nCOPY --from=a / /\n',
      'DockerfileInvalid',
      expect.any(Number),
      /circular/i,
    ],
    ['no instruction', '# nothing\n', 'DockerfileInvalid', 1, /no instructions/],
    ['a missing COPY source', 'FROM busybox\nCOPY nope /x\n', 'StepFailed', 2, /"\/nope" is not in the build context/],
    ['a missing file of a stage', 'FROM busybox\nCOPY --from=busybox /nope /x\n', 'StepFailed', 2, /no such file/],
    ['a missing base image', 'FROM busybox:nope\n', 'StepFailed', 1, /docker.io\/library\/busybox:nope does not exist/],
    [
      'a missing COPY image',
      'FROM busybox\nCOPY --from=nobody/here /x /x\n',
      'StepFailed',
      2,
      /nobody\/here:latest does/,
    ],
    ['a dead registry of a base image', 'FROM 127.0.0.1:9/x/y:z\n', 'RegistryUnavailable', 1, /cannot be reached/],
    [
      'a secret that nobody has',
      'FROM busybox\nRUN --mount=type=secret,id=nope,required=true true\n',
      'StepFailed',
      2,
      /secret nope: not found/i,
    ],
    ['an unknown user', 'FROM busybox\nUSER nobody-here\nRUN true\n', 'StepFailed', 3, /unable to find user/i],
  ])('%s', async (_name, dockerfile, code, line, message) => {
    const report = await failure(dockerfile);
    expect(report).toMatchObject({ code, place: { file: 'Dockerfile', line } });
    expect(report.message).toMatch(message);
    expect(report.message).not.toMatch(/::|failed to solve|127\.0\.0\.1:\d+\/v2/);
  });

  it('with a target that is not there', async () => {
    expect(await failure('FROM busybox\n', { target: 'nope' })).toMatchObject({ code: 'InvalidBuildConfig' });
  });

  it('by its own lint rules', async () => {
    const report = await failure('# check=error=true\nfrom busybox\nRUN true\n');
    expect(report).toMatchObject({
      code: 'DockerfileInvalid',
      message: expect.stringContaining('ConsistentInstruction'),
    });
  });

  it('because the token of the push is for another repository', async () => {
    const { registry } = services();
    const foreign = rightsTo(registry, ['trial/foreign']);
    const token = () => foreign.token(registry.host, ['repository:trial/foreign:pull,push']);
    const registryAuth = { ...foreign, token };
    expect(await failure('FROM busybox\nRUN true\n', { registryAuth })).toMatchObject({ code: 'RegistryAccessDenied' });
  });

  it('because there is no token for the push, or for a base image', async () => {
    const { registryAuth } = trialRequest('');
    expect(await failure('FROM busybox\nRUN true\n', { registryAuth })).toMatchObject({ code: 'RegistryAccessDenied' });
    const base = `FROM ${services().registry.host}/private/base:1\n`;
    expect(await failure(base, { registryAuth })).toMatchObject({ code: 'RegistryAccessDenied', place: { line: 1 } });
  });

  it('because the registry of the push is dead, or the token cannot be made', async () => {
    const push = { host: '127.0.0.1:9', repository: 'x/y' };
    expect(await failure('FROM busybox\nRUN true\n', { push })).toMatchObject({ code: 'RegistryUnavailable' });
    const registryAuth = {
      token: async () => {
        throw new Error('the database is gone');
      },
      credentials: () => null,
    };
    expect(await failure('FROM busybox\nRUN true\n', { registryAuth })).toMatchObject({ code: 'RegistryUnavailable' });
  });

  it('with the failure of a file that could not be read', async () => {
    const file = contextFile('a', 'a', {
      read: async () => {
        throw new BuildFailure('SourceUnavailable', 'the mirror is gone');
      },
    });
    const context = { files: [file], sharedKey: unique() };
    expect(await failure('FROM busybox\nCOPY a /a\n', { context })).toMatchObject({ code: 'SourceUnavailable' });
  });

  it('with a Dockerfile too large for an answer: others on the engine do not notice', async () => {
    const padding = `# ${'-'.repeat(60)}\n`.repeat(4_000);
    const long = engine.build(pushRequest(`FROM busybox\nRUN sleep 2 # ${unique()}\n`), () => {}, never);
    const report = await failure(`FROM busybox\n${padding}RUN exit 5 # ${unique()}\n`);
    expect(report).toMatchObject({ code: 'StepFailed', place: { line: 4_002, exitCode: 5 } });
    await long;
  });

  it.each([
    ['FROM busybox\nRUN --network=host true\n', 2],
    ['FROM busybox\nRUN --security=insecure true\n', 2],
    ['FROM busybox\nRUN \\\n  --device=vendor.com/gpu=all true\n', 2],
    ['FROM busybox\nONBUILD RUN --mount=type=cache,target=/c --net"work"=host true\n', 2],
  ])('S-034 refuses privileges before anything runs: %j', async (dockerfile, line) => {
    const record = new EventRecord();
    expect(await failure(dockerfile, {}, record)).toMatchObject({ code: 'PolicyRefused', place: { line } });
    expect(record.events).toEqual([]);
  });

  it('S-038 a folder of a git repository does not climb out of it', async () => {
    const engine = trialEngine({ cgroupRoot: null });
    const { version } = await engine.check();
    await engine.close();
    const error = await failure('FROM busybox\nADD https://example.invalid/x.git?subdir=../x#main /x\n');
    // From the floor on the engine itself takes the path from the repository's root, and our rule has nothing to refuse.
    expect(error.code).toBe(meetsFloor(version) ? 'StepFailed' : 'PolicyRefused');
  });

  it('S-038 ADD may not fetch from private addresses, in any notation', async () => {
    const { openRegistry } = services();
    const port = openRegistry.split(':')[1];
    const urls = [
      `http://${openRegistry}/v2/library/busybox/tags/list`,
      `http://2130706433:${port}/v2/library/busybox/tags/list`,
      `http://0x7f.1:${port}/v2/library/busybox/tags/list`,
      `http://[::1]:${port}/v2/`,
      `http://localhost:${port}/v2/`,
      'https://169.254.169.254/latest/meta-data/',
    ];
    for (const url of urls)
      expect([url, (await failure(`FROM busybox\nADD ${url} /x\n`)).code]).toEqual([url, 'PolicyRefused']);
    const argument = await failure('FROM busybox\nARG WHERE\nADD $WHERE /x\n', { buildArgs: { WHERE: urls[0]! } });
    expect(argument.code).toBe('PolicyRefused');
    const allowing = trialEngine({ allowedSourceHosts: [openRegistry] });
    await allowing.build(pushRequest(`FROM busybox\nADD ${urls[0]} /x\n`), () => {}, never);
    await allowing.close();
  });
});
