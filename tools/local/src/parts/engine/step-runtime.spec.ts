import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attempt } from '../../processes/command.ts';
import { STEP_NETWORK, STEP_RUNTIME, writeStepRuntime } from './step-runtime.ts';

const rights = ['CAP_CHOWN', 'CAP_NET_RAW', 'CAP_NET_BIND_SERVICE'];
const traces = {
  destination: '/dev/otel-grpc.sock',
  type: 'bind',
  source: '/run/trace.sock',
  options: ['ro', 'rbind'],
};
/** As BuildKit adds it behind what the Dockerfile says. */
const injected = [
  'OTEL_TRACES_EXPORTER=otlp',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=unix:///dev/otel-grpc.sock',
  'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=grpc',
  'TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
];

interface Rule {
  readonly names: readonly string[];
  readonly action: string;
  readonly args?: readonly { index: number; value: number; op: string }[];
}

const socketRule = (value: number, op: string): Rule => ({
  names: ['socket'],
  action: 'SCMP_ACT_ALLOW',
  args: [{ index: 0, value, op }],
});
/** As Docker 28 and BuildKit 0.34 write them: all families but one or two. */
const socketRules = {
  dockerd: [socketRule(40, 'SCMP_CMP_NE')],
  BuildKit: [
    socketRule(38, 'SCMP_CMP_LT'),
    ...[39, 41, 42, 43, 44, 45].map((family) => socketRule(family, 'SCMP_CMP_EQ')),
  ],
};

/** The shape of both engines' profile, with few of its names. */
function profile(sockets: readonly Rule[] = socketRules.dockerd, defaultAction = 'SCMP_ACT_ERRNO') {
  const allow = (...names: string[]): Rule => ({ names, action: 'SCMP_ACT_ALLOW' });
  const syscalls = [
    allow('bind', 'socketcall', 'socketpair'),
    allow('process_vm_readv', 'ptrace'),
    ...sockets,
    { ...allow('personality'), args: [{ index: 0, value: 8, op: 'SCMP_CMP_EQ' }] },
  ];
  return { defaultAction, defaultErrnoRet: 1, architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'], syscalls };
}
const allowedSockets = [1, 2, 10].map((family) => socketRule(family, 'SCMP_CMP_EQ'));
const allowedNetlink = [0, 4, 9, 15, 16].map((value) => {
  const rule = socketRule(16, 'SCMP_CMP_EQ');
  return { ...rule, args: [...rule.args!, { index: 2, value, op: 'SCMP_CMP_EQ' }] };
});
const boundedProfile = profile([...allowedSockets, ...allowedNetlink]);

interface Change {
  readonly seccomp?: object | undefined;
  readonly args?: readonly string[];
  readonly env?: readonly string[];
  readonly mounts?: readonly object[];
  readonly capabilities?: object;
  readonly hooks?: object | undefined;
}

/** A container of the OCI runtime specification, with its fields in the order of an engine. */
function container(change: Change = {}) {
  const { args = ['/bin/sh', '-c', 'true'], env = [], mounts = [], capabilities } = change;
  const seccomp = 'seccomp' in change ? change.seccomp : profile();
  return {
    ociVersion: '1.3.0',
    process: {
      ...{ user: { uid: 0, gid: 0, additionalGids: [0] }, args, env: ['PATH=/bin', ...env], cwd: '/' },
      capabilities: capabilities ?? { bounding: rights, effective: rights, permitted: rights },
    },
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] }, ...mounts],
    ...(change.hooks && { hooks: change.hooks }),
    linux: { cgroupsPath: '/p/buildkit/s', seccomp },
  };
}

/** What runc makes of a profile: an `SCMP_ACT_ALLOW` all of whose arguments hold. */
function allows({ linux }: { linux: { seccomp: { syscalls: Rule[] } } }, family: number, protocol: number): boolean {
  const given = [family, 1, protocol];
  const rules = linux.seccomp.syscalls.filter(({ names }) => names.includes('socket'));
  return rules.some(({ args }) =>
    (args ?? []).every(({ index, value, op }) => {
      expect(op).toBe('SCMP_CMP_EQ');
      return given[index] === value;
    }),
  );
}

describe('the runtime of steps', () => {
  let folder: string;
  let file: string;
  let server: Server | undefined;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "cooperage step's-"));
    const runc = path.join(folder, 'other runc');
    const called = `'${folder.replaceAll("'", "'\\''")}/called'`;
    const lines = ['#!/bin/sh', `printf '%s\\n' "$@" >${called}`, 'cat /proc/self/oom_score_adj', 'exit 7', ''];
    writeFileSync(runc, lines.join('\n'), { mode: 0o700 });
    file = writeStepRuntime(path.join(folder, 'runtime'), { runc, ip: '/sbin/ip' });
    mkdirSync(path.join(folder, 'bundle'));
    vi.stubEnv('STEP_GROUPS', path.join(folder, 'groups'));
  });
  afterEach(async () => {
    if (server) await new Promise((resolve) => server!.close(resolve));
    server = undefined;
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  /** What the runtime calls when the step has its network. */
  const hooks = () => ({ createRuntime: [{ path: path.join(path.dirname(file), 'step-network.sh') }] });
  const config = () => path.join(folder, 'bundle/config.json');
  const calledWith = () => {
    const called = path.join(folder, 'called');
    return existsSync(called) ? readFileSync(called, 'utf8').trimEnd().split('\n') : undefined;
  };
  const parameters = () => ['--log-format', 'json', 'run', '--bundle', path.join(folder, 'bundle'), '--keep', 'id'];
  /** What runc gets for a container that an engine wrote. */
  async function started(given: object, env: NodeJS.ProcessEnv = {}) {
    writeFileSync(config(), `${JSON.stringify(given)}\n`);
    const { code, stdout, stderr } = await attempt(file, parameters(), { env: { ...process.env, ...env } });
    expect({ code, stderr }).toEqual({ code: 7, stderr: '' });
    // It has become runc, in the place that a step has where memory runs out.
    expect([calledWith(), stdout]).toEqual([parameters(), '1000\n']);
    expect(readdirSync(path.join(folder, 'bundle'))).toEqual(['config.json']);
    return JSON.parse(readFileSync(config(), 'utf8'));
  }
  async function refused(text: string, call = parameters()) {
    writeFileSync(config(), text);
    const { code, stderr } = await attempt(file, call, {});
    expect([code, calledWith()]).toEqual([1, undefined]);
    return stderr;
  }

  it('R6-A3 takes the right to forge packets from each set of rights, and no other', async () => {
    const others = rights.filter((right) => right !== 'CAP_NET_RAW');
    const all = { bounding: rights, effective: rights, permitted: rights };
    const left = { bounding: others, effective: others, permitted: others };
    expect(await started(container())).toEqual(
      container({ capabilities: left, seccomp: boundedProfile, hooks: hooks() }),
    );
    for (const [given, wanted] of [
      [['CAP_NET_RAW'], []],
      [['CAP_NET_RAW', 'CAP_CHOWN'], ['CAP_CHOWN']],
      [['CAP_CHOWN', 'CAP_NET_RAW'], ['CAP_CHOWN']],
    ])
      expect(await started(container({ capabilities: { ...all, inheritable: given, ambient: given } }))).toEqual(
        container({
          ...{ capabilities: { ...left, inheritable: wanted, ambient: wanted }, seccomp: boundedProfile },
          hooks: hooks(),
        }),
      );
  });

  it('R6-A1 takes the engine’s socket for traces from a step, and what leads there from its environment', async () => {
    const found = await started(container({ env: ['OWN=1', ...injected], mounts: [traces] }));
    expect(found.mounts).toEqual(container().mounts);
    expect(found.process.env).toEqual(['PATH=/bin', 'OWN=1']);
  });

  it('R6-A1 leaves what a Dockerfile says of traces itself', async () => {
    const env = ['OTEL_TRACES_EXPORTER=none', 'TRACEPARENT=own', 'LAST=1'];
    const found = await started(container({ env: [...env, ...injected.slice(1)], mounts: [traces] }));
    expect(found.process.env).toEqual(['PATH=/bin', ...env]);
    // An engine that gives no socket adds nothing either.
    expect((await started(container({ env: injected }))).process.env).toEqual(['PATH=/bin', ...injected]);
  });

  it('R6-A3 changes nothing of what a Dockerfile says, whatever it looks like', async () => {
    const texts = [
      'CAP_NET_RAW',
      '"capabilities":{"bounding":["CAP_NET_RAW"]}',
      '],"cwd":"/x"',
      'capabilities',
      '\\',
      '\\"',
    ];
    const mount = { destination: '/a","source":"/b', type: 'bind', source: '/none', options: ['rbind', ...texts] };
    const given = container({ args: texts, env: texts.map((text) => `A=${text}`), mounts: [mount] });
    const found = await started(given);
    expect(found.process).toMatchObject({ args: given.process.args, env: given.process.env });
    expect(found.mounts).toEqual(given.mounts);
  });

  it('is not stopped by a very long step', async () => {
    const args = ['x"y'.repeat(500_000)];
    expect((await started(container({ args }))).process.args).toEqual(args);
  });

  it('R6-A1 starts no container that would have another socket of the machine', async () => {
    const socket = path.join(folder, 'an engine.sock');
    server = createServer().listen(socket);
    await new Promise((resolve) => server!.once('listening', resolve));
    const mounts = [{ destination: '/run/any', type: 'bind', source: socket, options: ['rbind'] }];
    expect(await refused(JSON.stringify(container({ mounts })))).toMatch(/a socket of this machine: .*an engine\.sock/);
  });

  it.each(['dockerd', 'BuildKit'] as const)(
    'R8-C1 lets a step of %s have sockets of the families that builds need alone',
    async (engine) => {
      const found = await started(
        container({ seccomp: profile(socketRules[engine]), args: ['"names":["socket"]', 'socket'] }),
      );
      expect(found.linux.seccomp).toEqual(boundedProfile);
      // A rule compares 64 bits, the kernel takes the lower 32 of them.
      const high = 2 ** 32;
      const allowed = [1, 2, 10, 16].map((family) => [family, 0]);
      for (const [family, protocol] of [...allowed, [16, 9], [2, 6], [10, 17]])
        expect([family, protocol, allows(found, family!, protocol!)]).toEqual([family, protocol, true]);
      for (const [family, protocol] of [
        ...[
          [16, 2],
          [16, high + 2],
          [high + 16, 2],
          [high + 16, 0],
        ],
        ...[
          [17, 0],
          [38, 0],
          [40, 0],
          [high + 40, 0],
          [30, 0],
          [42, 0],
          [0, 0],
        ],
      ])
        expect([family, protocol, allows(found, family!, protocol!)]).toEqual([family, protocol, false]);
    },
  );

  it.each<[what: string, seccomp: object | undefined]>([
    ['no profile', undefined],
    ['no rule for sockets', profile([])],
    ['one of another shape', profile([{ names: ['socket'], action: 'SCMP_ACT_ALLOW' }])],
    ['one with other system calls', profile([...socketRules.dockerd, { names: ['bind', 'socket'], action: 'x' }])],
    ['one at another place', { ...profile(), syscalls: [...profile().syscalls, ...socketRules.dockerd] }],
    ['a profile that allows what it does not name', profile(socketRules.dockerd, 'SCMP_ACT_ALLOW')],
  ])('R8-C1 starts no container that has %s', async (_what, seccomp) => {
    expect(await refused(JSON.stringify(container({ seccomp })))).toMatch(/its rules for sockets are not understood/);
  });

  it.each<[what: string, text: () => string, parameters?: () => string[]]>([
    ['without capabilities', () => '{"process":{}}'],
    ['whose text is laid out', () => JSON.stringify(container(), null, 2)],
    ['without a bundle', () => '{}', () => ['run', 'id']],
    ['whose bundle is empty', () => '{}', () => ['create', '--bundle', '/nowhere', 'id']],
  ])('R6-A3 starts no container %s', async (_what, text, call) => {
    expect(await refused(text(), call?.())).toMatch(/cooperage: this step does not start: /);
  });

  it('R8-C2 has the network of a step made ready, after the engine’s own hooks', async () => {
    const setkey = { prestart: [{ path: '/proc/9/exe', args: ['libnetwork-setkey', '"hooks":{'] }] };
    expect((await started(container({ hooks: setkey }))).hooks).toEqual({ ...hooks(), ...setkey });
    for (const none of [undefined, {}])
      expect((await started(container({ hooks: none, args: ['"hooks":{}', ',"linux":{'] }))).hooks).toEqual(hooks());
    expect(execFileSync('test', ['-x', hooks().createRuntime[0]!.path])).toBeDefined();
    expect(() => execFileSync('test', ['-x', STEP_NETWORK])).not.toThrow();
  });

  it('R8-C2 starts no container that has such hooks already', async () => {
    const given = container({ hooks: { createRuntime: [{ path: '/other' }] } });
    expect(await refused(JSON.stringify(given))).toMatch(/its hooks are not understood/);
  });

  describe('getting the network of a step ready', () => {
    const own = { type: 'network' };
    const named = { type: 'network', path: '/engine/net/cni/a b' };
    const prestart = { prestart: [{ path: '/proc/9/exe', args: ['libnetwork-setkey'] }] };
    /** @returns how the network is entered, where one is */
    async function ready(namespaces: readonly object[], hooks?: object) {
      const text = '{"type":"network","path":"/other"} {"type":"network"} "prestart":[';
      const given = container({ args: [text], hooks });
      const linux = { ...given.linux, namespaces: [{ type: 'pid' }, ...namespaces, { type: 'ipc' }] };
      writeFileSync(config(), JSON.stringify({ ...given, linux }));
      const stub = ['#!/bin/sh', `printf '%s\\n' "$@"`, ''].join('\n');
      writeFileSync(path.join(folder, 'nsenter'), stub, { mode: 0o700 });
      const state = { ociVersion: '1.2.0', id: 'a', status: 'creating', pid: 41, bundle: path.join(folder, 'bundle') };
      const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
      const { code, stdout, stderr } = await attempt(STEP_NETWORK, [], { env, input: JSON.stringify(state) });
      return { code, stderr, entered: stdout.split('\n')[0] };
    }

    it('R8-C2 enters it by the name that the engine gives it: a process may be closed to an engine with few rights', async () => {
      expect(await ready([named])).toEqual({ code: 0, stderr: '', entered: `-n${named.path}` });
    });

    it('R8-C2 enters that of the process where a hook of the engine gives it one', async () => {
      expect(await ready([own], prestart)).toEqual({ code: 0, stderr: '', entered: '-n/proc/41/ns/net' });
    });

    it('R8-C2 enters none that nobody connects', async () => {
      expect(await ready([own])).toEqual({ code: 0, stderr: '', entered: '' });
    });

    it('R8-C2 starts no step with the network of the machine', async () => {
      const { code, stderr } = await ready([]);
      expect([code, stderr]).toEqual([1, 'cooperage: this step does not start: its network is not understood.\n']);
    });
  });

  describe('with control groups of version 1', () => {
    const file = 'memory.kmem.tcp.limit_in_bytes';
    const memory = () => path.join(folder, 'groups/memory');
    beforeEach(() => {
      mkdirSync(memory(), { recursive: true });
      writeFileSync(path.join(memory(), file), '');
    });

    it('R7-C4 bounds what sockets of a step take, before it starts', async () => {
      await started(container({ args: ['"cgroupsPath":"/other"'] }));
      const bytes = Number(readFileSync(path.join(memory(), 'p/buildkit/s', file), 'utf8'));
      // The kernel gives all TCP of a machine nine hundredths of its memory.
      expect(bytes).toBeGreaterThan(totalmem() / 130);
      expect(bytes).toBeLessThan(totalmem() / 100);
      expect(readdirSync(memory()).toSorted()).toEqual([file, 'p']);
    });

    it.each([undefined, '/../p', 'system.slice:buildkit:s', '/'])(
      'R7-C4 starts no container whose group is %s',
      async (group) => {
        const given = container();
        expect(await refused(JSON.stringify({ ...given, linux: { ...given.linux, cgroupsPath: group } }))).toMatch(
          /its control group is not understood/,
        );
        expect(readdirSync(memory())).toEqual([file]);
      },
    );
  });

  it('lets every other call through as it is', async () => {
    for (const what of ['exec', 'kill', 'delete', 'state', '--version']) {
      expect((await attempt(file, ['--root', '/r', what, 'id'], {})).code).toBe(7);
      expect(calledWith()).toEqual(['--root', '/r', what, 'id']);
    }
  });

  it('is found by the engines of Compose as a program', () => {
    expect(() => execFileSync('test', ['-x', STEP_RUNTIME])).not.toThrow();
  });
});
