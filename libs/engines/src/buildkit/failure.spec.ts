import { ConnectionLost, RpcError, SolveFailure } from '@cooperage/buildkit';
import { BuildFailure, lostBeforeSteps, lostInOwnWork } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { buildFailureOf, type FailureScene } from './failure.js';
import { ProgressReader } from './progress.js';
import { registryAnswer } from './registry-messages.js';

const scene = (change: Partial<FailureScene> = {}): FailureScene => ({
  progress: new ProgressReader(),
  instructions: new Map(),
  limitMet: () => null,
  ...change,
});
const detail = {
  frontend: { type: 'errdefs.Frontend+json', value: { name: 'dockerfile.v0' } },
  vertex: { type: 'errdefs.Vertex+json', value: { digest: 'sha256:a' } },
  exit: (Code: number) => ({ type: 'gatewayapi.ExitMessage+json', value: { Code } }),
};
const failed = (message: string, details: { type: string; value: unknown }[] = [], code = 2) =>
  new SolveFailure(new RpcError('Solve', code, message, details));

describe('what ended a build', () => {
  it.each([
    [failed('process "x" did not complete: exit code: 7', [detail.vertex, detail.exit(7)]), 'StepFailed'],
    [failed('process "echo 401 Unauthorized; no space left on device"', [detail.vertex, detail.exit(1)]), 'StepFailed'],
    [failed('failed to load LLB: network.host is not allowed'), 'PolicyRefused'],
    [failed('write /x: no space left on device', [detail.vertex]), 'DiskFull'],
    [failed('', [], 8), 'DiskFull'],
    // R17B-5
    [failed('grpc: trying to send message larger than max (17000000 vs. 16777216)', [], 8), 'DockerfileInvalid'],
    [
      failed(
        'failed to compute cache key: failed to calculate checksum of ref a::b: "/no space left on device": not found',
        [detail.vertex],
      ),
      'StepFailed',
    ],
    [failed('failed to copy "/a \\"b\\"": write /x: no space left on device', [detail.vertex]), 'DiskFull'],
    [
      failed(
        `failed to resolve source metadata for h/x: sha256:${'0'.repeat(64)} has 9000000 bytes, more than a manifest or configuration may have`,
        [detail.frontend],
      ),
      'FetchLimit',
    ],
    [failed('dockerfile parse error on line 2: unknown instruction: X', [detail.frontend]), 'DockerfileInvalid'],
    [failed('target stage "x" could not be found', [detail.frontend]), 'InvalidBuildConfig'],
    [
      failed('failed to push h/r: unexpected status from PUT request to http://h: 413 Request Entity Too Large'),
      'PushRejected',
    ],
    [
      failed('failed to push h/r: unexpected status from PUT request to http://h: 500 Internal Server Error'),
      'RegistryUnavailable',
    ],
    [
      failed('failed to push h/r: unexpected status from HEAD request to http://h: 401 Unauthorized'),
      'RegistryAccessDenied',
    ],
    [failed(`failed to push h/r: content digest sha256:${'0'.repeat(64)}: not found`), 'EngineUnavailable'],
    [failed('no token for repository:a:push', [], 7), 'RegistryAccessDenied'],
    [failed('containerd is not running'), 'EngineUnavailable'],
    [new ConnectionLost('call', 'gone'), 'EngineUnavailable'],
    [new RpcError('Solve', 1, 'canceled'), 'EngineUnavailable'],
    [new TypeError('a defect'), 'EngineUnavailable'],
    [new BuildFailure('OutputLimit', 'too much'), 'OutputLimit'],
  ])('%s is %s', (error, code) => {
    expect(buildFailureOf(error, scene()).code).toBe(code);
  });

  const addresses = {
    ofDocker: "no available IPv4 addresses on this network's address pools: buildkit (0a1b)",
    ofPlugin: 'failed to allocate for range 0: no IP addresses available in range set: 10.204.0.1-10.204.3.254',
  };
  const ended = String.raw`process "/bin/sh -c printf \"a: b\"" did not complete successfully`;

  it.each([
    `${ended}: ${addresses.ofDocker}`,
    `${ended}: CNI setup error: plugin type="bridge" failed (add): ${addresses.ofPlugin}`,
    `failed to compute cache key: ${ended}: ${addresses.ofDocker}`,
  ])('R7-C6 tries a build again whose step had no address: %s', (message) => {
    const failure = buildFailureOf(failed(message, [detail.vertex]), scene());
    expect(failure.code).toBe('EngineUnavailable');
    expect(failure.message).toContain('too many steps at once');
  });

  it.each(Object.values(addresses))('R7-C6 does not try again what a Dockerfile says in these words: %s', (words) => {
    for (const message of [
      `failed to calculate checksum of ref a::b: "/${words}": not found`,
      `can't find uid for user ${words}`,
      `process "${words}" did not complete successfully: exec: "/bin/sh": stat /bin/sh: no such file or directory`,
      `process "true" did not complete successfully: unable to find user ${words}: no matching entries in passwd file`,
    ])
      expect(buildFailureOf(failed(message, [detail.vertex]), scene()).code).toBe('StepFailed');
  });

  it('D3 says nothing of a step of another build that stands for none of its own', () => {
    const progress = new ProgressReader();
    progress.define([], null);
    const theirs = { digest: 'sha256:a', name: '[secret 2/2] COPY secret /', inputs: ['x', 'y'], error: 'secret' };
    const told = { cached: false, started: null, completed: null, progressGroup: null };
    progress.read({ vertexes: [{ ...theirs, ...told }], statuses: [], logs: [], warnings: [] });
    const failure = buildFailureOf(failed('cannot copy secret', [detail.vertex]), scene({ progress }));
    expect(failure.code).toBe('StepFailed');
    expect(JSON.stringify(failure.report())).not.toContain('secret');
  });

  describe('R6-A7 where the engine was lost', () => {
    const lost = new ConnectionLost('call', 'gone');
    const [definition, reading] = [
      '[internal] load build definition',
      '[internal] load metadata for registry.example/a:1',
    ];
    const at = { seconds: 1, nanos: 0 };
    interface Reported {
      readonly digest: string;
      readonly name: string;
      readonly ended: boolean;
      readonly inputs?: readonly string[];
    }
    /** Each is said in a message of its own. */
    const lostAfter = (reported: readonly Reported[]) => {
      const progress = new ProgressReader();
      for (const { digest, name, ended, inputs = [] } of reported) {
        const vertex = { digest, name, inputs: [...inputs], cached: false, error: '', progressGroup: null };
        const vertexes = [{ ...vertex, started: at, completed: ended ? at : null }];
        progress.read({ vertexes, statuses: [], logs: [], warnings: [] });
      }
      return buildFailureOf(lost, scene({ progress }));
    };
    /** Names of what has begun; what ended has another word behind it. */
    const failureAt = (...names: readonly (readonly [name: string, ended?: 'ended'])[]) =>
      lostAfter(names.map(([name, ended], index) => ({ digest: `sha256:${index}`, name, ended: ended !== undefined })));

    it('says that no step had begun, and which image was read', () => {
      expect(failureAt([definition, 'ended'], [reading])).toMatchObject({
        ...{ code: 'EngineUnavailable', message: lostBeforeSteps, place: { step: reading } },
      });
      expect(failureAt([definition, 'ended'])).toMatchObject({ message: lostBeforeSteps, place: undefined });
      for (const fetching of ['[1/2] FROM registry.example/a:1', '[2/2] ADD https://example.com/x.git /x'])
        expect(failureAt([definition, 'ended'], [reading, 'ended'], [fetching])).toMatchObject({
          ...{ message: lostBeforeSteps, place: { step: fetching } },
        });
    });

    it('does not say so where a step had begun, or the engine had said nothing', () => {
      expect(failureAt([reading, 'ended'], ['[2/2] RUN make']).message).not.toBe(lostBeforeSteps);
      expect(failureAt([reading], ['[2/2] RUN make', 'ended']).message).not.toBe(lostBeforeSteps);
      expect(failureAt().message).not.toBe(lostBeforeSteps);
    });

    const [quick, slow] = ['[quick 2/2] RUN true', '[slow 2/2] RUN sleep 7000'];
    it.each([
      '[large 1/1] FROM registry.example/large:1',
      'FROM registry.example/large:1',
      '[context large] docker-image://registry.example/large:1',
      '[2/2] ADD large.tar.zst /',
      '[linux/amd64 internal] load metadata for registry.example/large:1',
      '[auth] large:pull token for registry.example',
    ])('R7-C3 R7-C5 says that it fetched or unpacked, whatever step has begun or runs beside it: %s', (work) => {
      for (const steps of [[[quick, 'ended']], [[slow]], [[quick, 'ended'], [slow]]] as const)
        expect(failureAt([reading, 'ended'], ...steps, [work])).toMatchObject({
          ...{ code: 'EngineUnavailable', message: lostInOwnWork, place: { step: work } },
        });
    });

    it('R7-C5 says so of an image that was known already and is unpacked now', () => {
      const from = { digest: 'sha256:f', name: '[1/2] FROM registry.example/large:1' };
      const step = { digest: 'sha256:s', name: slow };
      const messages = [
        { ...step, ended: false },
        { ...from, ended: true },
        { ...from, ended: false },
      ];
      expect(lostAfter(messages).message).toBe(lostInOwnWork);
      expect(lostAfter([...messages, { ...from, ended: true }]).message).not.toBe(lostInOwnWork);
    });

    it.each([
      ['a step runs', [[reading, 'ended'], ['[1/2] FROM registry.example/a:1', 'ended'], [slow]]],
      ['a step copies', [[quick, 'ended'], ['[3/3] COPY a /']]],
      ['the image is exported', [[quick, 'ended'], ['exporting to image']]],
    ] as const)('R7-C5 does not say so where %s', (_when, names) => {
      expect(failureAt(...names)).toMatchObject({
        ...{ message: 'The connection to the builder was lost.', place: undefined },
      });
    });

    it('R7-C5 does not say so of an image whose end was not reported, where a step that is made from it runs', () => {
      const from = { digest: 'sha256:f', name: '[1/2] FROM registry.example/a:1', ended: false };
      const step = { digest: 'sha256:s', name: '[2/2] RUN make', ended: false, inputs: ['sha256:f'] };
      expect(lostAfter([from, step]).message).toBe('The connection to the builder was lost.');
    });
  });

  it('is memory only when the kernel said so', () => {
    const error = failed('exit code: 137', [detail.vertex, detail.exit(137)]);
    expect(buildFailureOf(error, scene()).code).toBe('StepFailed');
    expect(
      buildFailureOf(error, scene({ limitMet: () => ({ code: 'StepOutOfMemory', message: 'Too much.' }) })).code,
    ).toBe('StepOutOfMemory');
  });

  it('is told in one line of bounded length', () => {
    const { message } = buildFailureOf(failed(`bad\n\tthing ${'x'.repeat(5_000)}`, [detail.frontend]), scene());
    expect(message).toMatch(/^Bad thing x+\.$/);
    expect(message.length).toBeLessThan(600);
  });
});

describe('what a registry did', () => {
  it.each([
    ['pull access denied, repository does not exist: insufficient_scope: authorization failed', 'denied'],
    [
      'failed to authorize: failed to fetch anonymous token: Get "x": dial tcp 1.2.3.4:1: connect: connection refused',
      'unavailable',
    ],
    ['failed to do request: Head "https://x": dial tcp: lookup x: no such host', 'unavailable'],
    ['unexpected status from GET request to http://x: 429 Too Many Requests', 'unavailable'],
    ['httpReadSeeker: failed open: unexpected status code http://x: 503 Service Unavailable', 'unavailable'],
    ['docker.io/library/x:y: not found', 'missing'],
    ['unexpected status from HEAD request to http://x: 403 Forbidden', 'denied'],
    ['unexpected status from PUT request to http://x: 400 Bad Request', 'rejected'],
    ['something else', null],
  ])('%j is %s', (message, answer) => {
    expect(registryAnswer(message)).toBe(answer);
  });
});
