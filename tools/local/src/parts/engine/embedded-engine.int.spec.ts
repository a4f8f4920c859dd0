import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attempt, type CommandResult, run } from '../../processes/command.ts';
import { identify, isAlive, readPidFile } from '../../processes/process-identity.ts';
import { createSpecInstance, specServices } from '../../test-services/spec-instance.ts';
import { findTools } from '../../toolchain/find-tools.ts';
import type { Tools } from '../../toolchain/tools.ts';
import type { Instance } from '../instance.ts';
import type { EngineAddress } from '../part.ts';
import { PartKeeper } from '../part-keeper.ts';
import {
  boundMemory,
  buildsGroupOf,
  groupFolders,
  isUnified,
  memoryForBuilds,
  memoryForEngine,
} from './control-groups.ts';
import { EmbeddedEngine } from './embedded-engine.ts';
import { EngineGroup } from './engine-group.ts';
import { Firewall } from './firewall.ts';
import { mountsBelow } from './mounts.ts';
import { oomScores } from './oom-order.ts';

let instance: Instance;
let tools: Tools;
let engine: EmbeddedEngine;
let address: EngineAddress;

beforeAll(async () => {
  instance = createSpecInstance();
  tools = await findTools();
  engine = new EmbeddedEngine(instance, tools, { insecure: [], mirror: specServices().openRegistry });
  address = await engine.start();
  await buildx('create', '--name=own', '--driver=remote', address.url);
});
afterAll(async () => {
  await engine.stop();
  rmSync(instance.folder, { recursive: true, force: true });
});

describe('the embedded engine', () => {
  it('lets a step reach neither this machine nor a metadata address, and refuses at once', async () => {
    const bridge = await run(tools.path('ip'), ['-4', '-o', 'address', 'show', `coop${instance.id}`]);
    const own = / inet ([\d.]+)\//.exec(bridge.stdout)?.[1];
    const connect = (target: string) => `nc -w 40 ${target} </dev/null 2>&1 | grep -q refused`;
    const started = performance.now();
    const result = await build(`RUN ${connect('169.254.169.254 80')} && ${connect(`${own} 22`)}`);
    expect(result.stderr).not.toContain('ERROR');
    expect(result.code).toBe(0);
    // A packet that is dropped without a word costs each of the two its whole patience.
    expect(performance.now() - started).toBeLessThan(35_000);
  });

  it('refuses the host network, whatever the Dockerfile asks for', async () => {
    expect((await build('RUN --network=host true')).stderr).toMatch(/network.host is not allowed/);
  });

  it('R-C2 is told from others by its own group, and the filter of what it fetches is in force', async () => {
    const pid = readPidFile(instance.pidFile('engine'))?.pid;
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(`${address.cgroupParent}-engine`);
    expect(engine.filter.missing()).toBeUndefined();
    const jumps = (await rulesOf(tools, instance.id)).filter((line) => line.startsWith('-A OUTPUT'));
    expect(jumps).toHaveLength(existsSync('/proc/net/if_inet6') ? 2 : 1);
  });

  it('R-C2 is started anew where somebody took its rules away', async () => {
    const pid = readPidFile(instance.pidFile('engine'))?.pid;
    const firewall = new Firewall(tools, `${instance.id}f`);
    await firewall.remove();
    await engine.start();
    expect(readPidFile(instance.pidFile('engine'))?.pid).not.toBe(pid);
    expect(await firewall.listing()).toContain('REJECT');
    const { pid: again } = readPidFile(instance.pidFile('engine'))!;
    await engine.start();
    expect(readPidFile(instance.pidFile('engine'))?.pid).toBe(again);
  });

  it('R2-N1 bounds the processes of all its builds together', async () => {
    expect((await build('RUN true')).code).toBe(0);
    const bounds = groupFolders(address.cgroupParent)
      .map((folder) => path.join(folder, 'pids.max'))
      .filter(existsSync)
      .map((file) => readFileSync(file, 'utf8').trim());
    expect(bounds).toEqual([expect.stringMatching(/^\d+$/)]);
  });

  it('R2-N8 has a bound of memory with all its builds, and the kernel ends steps before it, and it before others', async () => {
    const pid = readPidFile(instance.pidFile('engine'))?.pid;
    const above = buildsGroupOf(instance);
    expect(memoryLimits(above)).toEqual([memoryForBuilds()]);
    const memory = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
    expect(memory.find((line) => line.includes(':memory:') || line.startsWith('0::'))).toContain(`${above}/`);
    expect(Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'))).toBe(oomScores.engine);
    const { stderr } = await build('RUN echo score $(cat /proc/self/oom_score_adj)', '--progress=plain');
    expect(stderr).toContain(`score ${oomScores.step}`);
    boundMemory(above, undefined, 512 * 2 ** 20);
    const hungry = await build('RUN dd if=/dev/zero of=/dev/null bs=1500M count=1');
    boundMemory(above);
    expect(hungry.code).not.toBe(0);
    expect(readPidFile(instance.pidFile('engine'))?.pid).toBe(pid);
    expect((await build('RUN true')).code).toBe(0);
  });

  it('R7-C1 R7-C4 lets memory end before what the kernel counts for the whole machine', async () => {
    const number = (name: string) =>
      Number(
        readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8')
          .trim()
          .split(/\s+/)
          .at(-1),
      );
    expect(rulesNote().unraised).toEqual([]);
    expect(number('fs.epoll.max_user_watches') * 184).toBeGreaterThan(memoryForBuilds());
    expect(number('fs.inotify.max_user_watches') * 80).toBeGreaterThan(memoryForBuilds());
    expect(number('fs.inotify.max_user_instances') * 600).toBeGreaterThan(memoryForBuilds());
    expect(number('fs.file-max') * 184).toBeGreaterThan(memoryForBuilds());
    const tcpPages = number('net.ipv4.tcp_mem');
    if (isUnified()) return expect(tcpPages * 4096).toBeGreaterThan(memoryForBuilds());
    // Version 1 charges sockets to nobody: a step and its pool have a bound of their own.
    const building = build('RUN touch /started && sleep 271');
    const pid = await stepProcess();
    const group = /:memory:(.*)/.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1];
    const boundOf = (name = '') =>
      Number(readFileSync(`/sys/fs/cgroup/memory${name}/memory.kmem.tcp.limit_in_bytes`, 'utf8'));
    expect(boundOf(group)).toBeLessThan((tcpPages * 4096) / 10);
    expect(boundOf(address.cgroupParent)).toBeLessThan((tcpPages * 4096) / 4);
    process.kill(pid, 'SIGKILL');
    expect((await building).code).not.toBe(0);
    await expect.poll(() => existsSync(`/sys/fs/cgroup/memory${group}`)).toBe(false);
  });

  it('R6-A7 that needs more memory than it may have ends alone, and no step before it', async () => {
    const group = `${address.cgroupParent}-engine`;
    expect(memoryLimits(group)).toEqual([memoryForEngine()]);
    const { pid } = readPidFile(instance.pidFile('engine'))!;
    const building = build('RUN sleep 273');
    const step = await stepProcess('sleep 273');
    // What grows in its group, as it does itself when it reads something for a build.
    const hungry = 'echo 1000 > /proc/self/oom_score_adj; exec dd if=/dev/zero of=/dev/null bs=1500M count=1';
    const { program, parameters } = new EngineGroup(group).starting('/bin/sh', ['-c', hungry]);
    boundMemory(group, undefined, 512 * 2 ** 20);
    const { code } = await attempt(program, parameters);
    boundMemory(group, undefined, memoryForEngine());
    expect(code).not.toBe(0);
    expect(existsSync(`/proc/${step}`)).toBe(true);
    expect(readPidFile(instance.pidFile('engine'))?.pid).toBe(pid);
    process.kill(step, 'SIGKILL');
    await building;
  });

  it('clips no log', async () => {
    const result = await build(`RUN yes ${'x'.repeat(79)} | head -n 60000`, '--progress=rawjson');
    const lines = result.stderr.split('\n').filter((line) => line.startsWith('{'));
    const logs = lines.flatMap((line) => (JSON.parse(line) as { logs?: { data: string }[] }).logs ?? []);
    expect(logs.reduce((sum, log) => sum + Buffer.from(log.data, 'base64').length, 0)).toBe(60_000 * 80);
  });

  it('clears away the steps, groups and mounts of an engine that was killed', async () => {
    const building = build('RUN touch /started && sleep 271');
    const pid = await stepProcess();
    process.kill(readPidFile(instance.pidFile('engine'))?.pid ?? 0, 'SIGKILL');
    expect((await building).code).not.toBe(0);
    expect(identify(pid)).toBeDefined();

    await new EmbeddedEngine(instance, tools, { insecure: [], mirror: specServices().openRegistry }).start();
    expect(identify(pid)).toBeUndefined();
    expect(mounts().filter((point) => point.includes('executor'))).toEqual([]);
    expect((await build('RUN true')).code).toBe(0);
  });

  it('R13A-3 mounts nothing outside of its own folder, and leaves none of it when it was killed', async () => {
    const secret = path.join(instance.folder, 'secret');
    writeFileSync(secret, 'a secret');
    const building = build(
      'RUN --mount=type=secret,id=s cat /run/secrets/s && sleep 271',
      `--secret=id=s,src=${secret}`,
    );
    await stepProcess();
    const { pid } = readPidFile(instance.pidFile('engine'))!;
    const ofSecrets = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
      .split('\n')
      .filter((line) => line.includes('/buildkit-secrets'));
    // Other engines of this machine have theirs.
    expect(ofSecrets).toContainEqual(expect.stringContaining(`${instance.file('buildkit', 'tmp')}/buildkit-secrets`));
    process.kill(pid, 'SIGKILL');
    expect((await building).code).not.toBe(0);
    await engine.start();
    // The new one has the networks of its steps.
    expect(mounts().filter((point) => !point.includes('/net/cni/'))).toEqual([]);
    for (const folder of ['tmp', 'runc-overlayfs/executor'])
      expect(
        readdirSync(instance.file('buildkit', folder)).filter((name) => /secret|mount|^[a-z0-9]{25}$/.test(name)),
      ).toEqual([]);
    expect((await build('RUN true')).code).toBe(0);
  });

  it('R-L1 is started again by a launcher that runs on, and builds [A3 supervisors]', async () => {
    const said: string[] = [];
    const keeper = new PartKeeper(
      [{ part: engine, address }],
      (line) => said.push(line),
      () => {},
    );
    keeper.start();
    process.kill(readPidFile(instance.pidFile('engine'))?.pid ?? 0, 'SIGKILL');
    await expect.poll(() => said.at(-1)).toBe('the engine runs again');
    expect((await build('RUN true')).code).toBe(0);
    await keeper.stop();
  });

  it('R9-C1 R9-C2 is ended at once where its builder asks for it, with its steps, and started again', async () => {
    const said: string[] = [];
    const keeper = new PartKeeper(
      [{ part: engine, address }],
      (line) => said.push(line),
      () => {},
    );
    const building = build('RUN touch /started && sleep 271');
    const before = [readPidFile(instance.pidFile('engine'))!, identify(await stepProcess())!];
    const asked = `${address.rulesFile}.asked/end`;
    writeFileSync(asked, 'a build does not end\n');
    keeper.start();
    await expect.poll(() => said.at(-1), { timeout: 60_000 }).toBe('the engine runs again');
    await keeper.stop();
    expect(said[0]).toBe('the engine was asked to end, and is ended: a build does not end');
    expect(before.map(isAlive)).toEqual([false, false]);
    expect((await building).code).not.toBe(0);
    expect(existsSync(asked)).toBe(false);
    expect((await build('RUN true')).code).toBe(0);
  });

  it('R-C1 R-C2 S-039 S-040 has its rules again at once, those for steps too, where they were flushed while it runs', async () => {
    const pid = readPidFile(instance.pidFile('engine'))?.pid;
    const said: string[] = [];
    const keeper = new PartKeeper(
      [{ part: engine, address }],
      (line) => said.push(line),
      () => {},
    );
    keeper.start();
    const before = await rulesOf(tools, instance.id);
    await expect.poll(() => rulesNote().state).toBe('in-force');
    for (const [id, version] of [
      [instance.id, 4],
      [`${instance.id}f`, 4],
      [`${instance.id}f`, 6],
    ] as const) {
      const { renewals } = rulesNote();
      await new Firewall(tools, id, version).remove();
      await expect.poll(() => rulesNote().renewals, { timeout: 30_000 }).toBe(renewals + 1);
      expect((await rulesOf(tools, instance.id)).toSorted()).toEqual(before.toSorted());
    }
    expect(said[0]).toMatch(/^the network rules of the engine had been changed and are set again/);
    expect(readPidFile(instance.pidFile('engine'))?.pid).toBe(pid);
    await keeper.stop();
  });

  it('R-C2 leads to its rules first again, where somebody put a rule before them', async () => {
    const first = [
      'OUTPUT',
      '-m',
      'comment',
      '--comment',
      `before-${instance.id}`,
      '-d',
      '192.0.2.1/32',
      '-j',
      'ACCEPT',
    ];
    const iptables = (...words: string[]) =>
      run(realpathSync(tools.path('iptables')), ['iptables', '-w', ...words], { env: tools.environment() });
    await iptables('-I', ...first);
    try {
      expect(await engine.filter.isInForce({ reachable: [specServices().openRegistry] })).toBe(false);
      expect(await engine.care()).toMatchObject({ state: 'in-force' });
      const jumps = (await rulesOf(tools, instance.id)).filter(
        (line) => line.startsWith('-A OUTPUT') && !line.includes('ip6'),
      );
      expect(jumps[0]).toContain('-m cgroup');
      expect(await engine.filter.isInForce({ reachable: [specServices().openRegistry] })).toBe(true);
    } finally {
      await iptables('-D', ...first);
    }
  });

  it('leaves nothing on the machine when it is stopped', async () => {
    await engine.stop();
    expect(existsSync(`/sys/class/net/coop${instance.id}`)).toBe(false);
    expect(groupFolders(address.cgroupParent)).toEqual([]);
    expect(groupFolders(buildsGroupOf(instance))).toEqual([]);
    expect(mounts()).toEqual([]);
    expect(groupFolders(`${address.cgroupParent}-engine`)).toEqual([]);
    expect(await rulesOf(tools, instance.id)).toEqual([]);
  });
});

/** What a builder reads of it. */
function rulesNote() {
  return JSON.parse(readFileSync(address.rulesFile!, 'utf8')) as {
    state: string;
    renewals: number;
    unraised: string[];
  };
}

/** What the kernel has of the rules of one instance, for both versions of the protocol. */
async function rulesOf(tools: Tools, id: string): Promise<string[]> {
  const lists = ['iptables', 'ip6tables'].flatMap((program) =>
    ['filter', 'nat'].map((table) =>
      run(realpathSync(tools.path('iptables')), [program, '-w', '-t', table, '-S'], { env: tools.environment() }),
    ),
  );
  const lines = (await Promise.all(lists)).flatMap(({ stdout }) => stdout.split('\n'));
  return lines.filter((line) => line.includes(id));
}

/** What the kernel has noted as the bound of a group, in bytes. */
function memoryLimits(group: string): number[] {
  return groupFolders(group)
    .flatMap((folder) => ['memory.max', 'memory.limit_in_bytes'].map((file) => path.join(folder, file)))
    .filter(existsSync)
    .map((file) => Number(readFileSync(file, 'utf8')));
}

async function build(step: string, ...more: readonly string[]): Promise<CommandResult> {
  const context = mkdtempSync(path.join(instance.folder, 'context-'));
  writeFileSync(path.join(context, 'Dockerfile'), `FROM busybox\n${step}\n`);
  return buildx('build', '--builder=own', '--no-cache', ...more, context);
}

function buildx(...parameters: readonly string[]): Promise<CommandResult> {
  const env = { ...tools.environment(), BUILDX_CONFIG: path.join(instance.folder, 'buildx') };
  return attempt(tools.path('docker-buildx'), parameters, { env, timeoutMs: 60_000 });
}

async function stepProcess(command = 'sleep 271'): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const { stdout } = await attempt('pgrep', ['-f', command]);
    const pids = stdout.split('\n').filter(Boolean).map(Number);
    const step = pids.find((pid) => readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(address.cgroupParent));
    if (step) return step;
    await sleep(50);
  }
  throw new Error('the step did not start');
}

function mounts(): string[] {
  const info = readFileSync('/proc/self/mountinfo', 'utf8');
  return [...mountsBelow(instance.folder, info), ...mountsBelow(`/run/cooperage-${instance.id}`, info)];
}
