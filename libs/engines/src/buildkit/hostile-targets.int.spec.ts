import { PackageServer, services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest, RequestedTarget } from '../build-request.js';
import { EventRecord } from '../testing/event-record.js';
import { endTrial, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { newReference, unique } from '../testing/trial-request.js';
import { resultOf, trialTarget } from '../testing/trial-target.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;
const mebibyte = 1024 * 1024;

/** What holds for a build holds for each of its targets: also for one that only another target takes. */
describe('targets that ask for more than a build may', () => {
  let engine: BuildkitEngine;
  let packages: PackageServer;
  const cgroupParent = trialCgroupParent();

  beforeAll(async () => {
    packages = await PackageServer.start('x');
    engine = trialEngine({ cgroupParent });
  });
  afterAll(async () => {
    await packages.close();
    await endTrial(cgroupParent, engine);
  });

  /** The target is taken by the build itself, or by another one. */
  const requests = (target: RequestedTarget, change: Partial<BuildRequest> = {}): BuildRequest[] => {
    const upper = trialTarget('upper', `FROM ${target.name}\nRUN true\n`, { namedContexts: [resultOf(target.name)] });
    const near = { namedContexts: [resultOf(target.name)], targets: [target] };
    const far = { namedContexts: [resultOf('upper')], targets: [target, upper] };
    return [
      pushRequest(`FROM ${target.name}\nRUN true\n`, { ...near, ...change }),
      pushRequest('FROM upper\nRUN true\n', { ...far, ...change }),
    ];
  };
  const failureOf = async (request: BuildRequest) => {
    const record = new EventRecord();
    const error = await engine.build({ ...request, reference: newReference() }, record.emit, never).then(
      () => null,
      (caught: unknown) => caught,
    );
    return { record, error };
  };
  const built = async (request: BuildRequest) => {
    const record = new EventRecord();
    await engine.build({ ...request, reference: newReference() }, record.emit, never);
    return record;
  };

  it.each<
    [what: string, code: string, dockerfile: string, change?: Partial<RequestedTarget>, of?: Partial<BuildRequest>]
  >([
    ['S-033 a foreign frontend', 'PolicyRefused', '# syntax=evil/frontend\nFROM busybox\n'],
    ['S-033 a frontend by argument', 'PolicyRefused', 'FROM busybox\n', { buildArgs: { BUILDKIT_SYNTAX: 'evil/x' } }],
    ['S-034 the network of the host', 'PolicyRefused', 'FROM busybox\nRUN --network=host true\n'],
    ['S-034 no sandbox', 'PolicyRefused', 'FROM busybox\nRUN --security=insecure true\n'],
    ['S-034 a device', 'PolicyRefused', 'FROM busybox\nRUN --device=vendor.com/gpu true\n'],
    ['S-034 no sandbox for others', 'PolicyRefused', 'FROM busybox\nONBUILD RUN --network=host true\n'],
    [
      'S-051 cache mounts of others',
      'ReservedBuildArg',
      'FROM busybox\n',
      { buildArgs: { BUILDKIT_CACHE_MOUNT_NS: 'x' } },
    ],
    ['S-051 another time', 'ReservedBuildArg', 'FROM busybox\n', { buildArgs: { SOURCE_DATE_EPOCH: '1' } }],
    [
      'S-027 a path out of the repository',
      'InvalidBuildConfig',
      '',
      { dockerfile: { path: '../x', content: Buffer.from('FROM busybox\n') } },
    ],
    ['S-047 a file beyond all measure', 'DockerfileInvalid', '#'.repeat(1024 * 1024 + 1)],
    [
      'S-033 a context in the place of a stage',
      'InvalidBuildConfig',
      'FROM busybox AS lib\n',
      { namedContexts: [{ name: 'lib', kind: 'folder', files: [] }] },
    ],
    [
      'the name of a context that is the builder’s',
      'InvalidBuildConfig',
      'FROM busybox\n',
      { namedContexts: [{ name: 'context', kind: 'folder', files: [] }] },
    ],
    [
      'a context of no valid image',
      'InvalidBuildConfig',
      'FROM busybox\n',
      { namedContexts: [{ name: 'a', kind: 'image', reference: '../x' }] },
    ],
    ['a target that is not there', 'InvalidBuildConfig', 'FROM busybox\n', { namedContexts: [resultOf('nobody')] }],
    ['itself', 'InvalidBuildConfig', 'FROM busybox\n', { namedContexts: [resultOf('base')] }],
    ['one that comes after it', 'InvalidBuildConfig', 'FROM busybox\n', { namedContexts: [resultOf('upper')] }],
    ['a label of no valid name', 'InvalidBuildConfig', 'FROM busybox\n', { labels: { 'a b': 'x' } }],
    ['a name that is none', 'InvalidBuildConfig', 'FROM busybox\n', { name: 'a/b' }],
    [
      'S-120 an address where only images are fetched',
      'PolicyRefused',
      'FROM busybox\nADD https://example.test/x /x\n',
      {},
      { onlyImages: true },
    ],
  ])('%s is refused before anything runs', async (_what, code, dockerfile, change = {}, of = {}) => {
    const target = trialTarget('base', dockerfile, change);
    for (const request of requests(target, of)) {
      const { record, error } = await failureOf(request);
      expect(error).toMatchObject({ code });
      expect(record.events).toEqual([]);
    }
  });

  it('S-041 too many of them, or two of one name, are refused', async () => {
    const targets = Array.from({ length: 16 }, (_, at) => trialTarget(`t${at}`, 'FROM busybox\n'));
    for (const refused of [targets, [targets[0]!, targets[0]!]])
      expect((await failureOf(pushRequest('FROM busybox\n', { targets: refused }))).error).toMatchObject({
        code: 'InvalidBuildConfig',
      });
    expect((await failureOf(pushRequest('FROM busybox\n', { targets: targets.slice(1) }))).error).toBeNull();
  });

  it('R4-P10 with too many steps together are refused before any of them runs', async () => {
    const steps = (name: string) => Array.from({ length: 1_700 }, (_, at) => `RUN : ${name} ${at}\n`).join('');
    const base = trialTarget('base', `FROM busybox\n${steps('base')}`);
    const upper = trialTarget('upper', `FROM base\n${steps('upper')}`, { namedContexts: [resultOf('base')] });
    const request = { namedContexts: [resultOf('upper')], targets: [base, upper] };
    const { record, error } = await failureOf(pushRequest(`FROM upper\n${steps('app')}`, request));
    expect(error).toMatchObject({
      code: 'DockerfileInvalid',
      message: expect.stringMatching(/ 510\d steps; at most 5000 /),
    });
    expect(record.ran()).toEqual([]);
  });

  it('S-038 what ADD may not fetch the engine’s own rules refuse there too, also by a variable', async () => {
    for (const [rule, text] of [
      [{}, `FROM busybox\nADD http://${packages.host}/x /x\n`],
      [{ onlyImages: true }, `FROM busybox\nARG A=https\nADD $A://example.test/x /x\n`],
    ] as const)
      for (const request of requests(trialTarget('base', text), rule))
        expect((await failureOf(request)).error).toMatchObject({ code: 'PolicyRefused' });
    expect(packages.asked).toBe(0);
  });

  it('S-120 have a network or none, each as it is told', async () => {
    const look = `RUN ls /sys/class/net | tr '\\n' ' '; echo end-${unique()}\n`;
    const open = trialTarget('open', `FROM busybox\n${look}`, { networkMode: 'default' });
    const shut = trialTarget('shut', `FROM open\n${look}`, { namedContexts: [resultOf('open')] });
    const request = pushRequest(`FROM shut\n${look}`, {
      ...{
        namedContexts: [resultOf('shut')],
        targets: [open, shut],
        limits: { networkMode: 'default', group: 'trial' },
      },
    });
    const record = await built(request);
    const nets = (target: string | undefined) =>
      record.output(record.steps().find((step) => step.target === target && step.name.includes('RUN ls'))?.name);
    expect(nets('shut')).toMatch(/^lo end/);
    expect(nets('open')).not.toMatch(/^lo end/);
    expect(nets(undefined)).not.toMatch(/^lo end/);
  });

  it('S-041 are limited as the build is', async () => {
    const group = () => `targets-${unique()}`;
    for (const request of requests(trialTarget('base', `FROM busybox\nRUN exec tail /dev/zero # ${unique()}\n`), {
      limits: { networkMode: 'none', group: group(), memoryBytes: 64 * mebibyte },
    }))
      expect((await failureOf(request)).error).toMatchObject({
        code: 'StepOutOfMemory',
        place: { file: 'base/Dockerfile', line: 2 },
      });
    const bomb = 'for i in $(seq 200); do sleep 20 & done; wait';
    for (const request of requests(trialTarget('base', `FROM busybox\nRUN ${bomb} # ${unique()}\n`), {
      limits: { networkMode: 'none', group: group(), pids: 40 },
    }))
      expect((await failureOf(request)).error).toMatchObject({ code: 'StepProcessLimit' });
    const fill = 'dd if=/dev/zero of=/big bs=1M count=4096 2>/dev/null';
    for (const request of requests(trialTarget('base', `FROM busybox\nRUN ${fill} # ${unique()}\n`), {
      limits: { networkMode: 'none', group: group(), diskBytes: 64 * mebibyte },
    }))
      expect((await failureOf(request)).error).toMatchObject({ code: 'DiskLimit' });
  });

  it('share results and cache mounts only as the build does', async () => {
    const text = `FROM busybox\nRUN --mount=type=cache,target=/c ls /c; touch /c/seen # ${unique()}\n`;
    for (const request of requests(trialTarget('base', text))) {
      const mark = unique();
      const of = (namespace: string, group: string, change: Partial<BuildRequest> = {}) =>
        built({
          ...{ ...request, cacheMountNamespace: `${mark}-${namespace}`, limits: { networkMode: 'none', group } },
          ...change,
        });
      await of('a', `a-${mark}`);
      const other = await of('b', `b-${mark}`);
      expect(other.ran().some((name) => name.startsWith('[base'))).toBe(true);
      expect(other.output()).not.toContain('seen');
      expect((await of('a', `c-${mark}`)).output()).toContain('seen');
    }
  });

  it('S-054 get secrets as mounts, and in no other way', async () => {
    const value = unique();
    const text = () =>
      `FROM busybox\nARG token\nRUN --mount=type=secret,id=token echo $(wc -c < /run/secrets/token)-\${token:-unset}-$(env | grep -c ${value.slice(1)}) # ${unique()}\n`;
    for (const at of [0, 1]) {
      const secrets = new Map([['token', Buffer.from(value)]]);
      const request = requests(trialTarget('base', text()), { secrets })[at]!;
      expect((await built(request)).output()).toContain(`${value.length}-unset-0`);
    }
  });

  it('S-033 a frontend of Docker’s own is the built-in one, and loads nothing', async () => {
    const text = `# syntax=${services().openRegistry}/docker/dockerfile:1\nFROM busybox\n`;
    for (const request of requests(trialTarget('base', text)))
      expect((await failureOf(request)).error).toMatchObject({ code: 'PolicyRefused' });
    for (const request of requests(trialTarget('base', '# syntax=docker/dockerfile:1\nFROM busybox\n'))) {
      const { record, error } = await failureOf(request);
      expect(error).toBeNull();
      expect(record.step('resolve image config for docker-image://docker.io/docker/dockerfile')).toBeUndefined();
    }
  });
});
