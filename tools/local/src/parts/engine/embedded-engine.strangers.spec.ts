import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attempt, type CommandResult } from '../../processes/command.ts';
import { identify, isAlive, readPidFile } from '../../processes/process-identity.ts';
import { createSpecInstance, specServices } from '../../test-services/spec-instance.ts';
import { findTools } from '../../toolchain/find-tools.ts';
import type { Tools } from '../../toolchain/tools.ts';
import type { Instance } from '../instance.ts';
import type { EngineAddress } from '../part.ts';
import { buildsGroupOf, groupFolders, memoryForEngine } from './control-groups.ts';
import { EmbeddedEngine } from './embedded-engine.ts';
import { Firewall } from './firewall.ts';
import { mountsBelow } from './mounts.ts';
import { oomScores } from './oom-order.ts';

let instance: Instance;
let tools: Tools;
let address: EngineAddress;

const engine = () =>
  new EmbeddedEngine(instance, tools, { insecure: [], mirror: specServices().openRegistry }, 'strangers');

beforeAll(async () => {
  instance = createSpecInstance();
  tools = await findTools();
  address = await engine().start();
  await buildx('create', '--name=own', '--driver=remote', address.url);
});
afterAll(async () => {
  await engine().stop();
  instance.removeSocketFolder();
  rmSync(instance.folder, { recursive: true, force: true });
});

describe('the engine for strangers', () => {
  it('S-039 S-040 puts a step where it is told to, below its own group and apart from others, and nothing where the other engine has that', async () => {
    const told = `${address.cgroupParent}/project`;
    const building = build('RUN sleep 272', `--cgroup-parent=${told}`);
    const pid = await stepProcess('sleep 272');
    // S-039 S-040: the kernel takes no frame from one port of the bridge to another, whatever its protocol.
    const [port, ...others] = readdirSync(`/sys/class/net/coop${instance.id}e/brif`);
    expect([readFileSync(`/sys/class/net/${port}/brport/isolated`, 'utf8').trim(), others]).toEqual(['1', []]);
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(`:${address.cgroupBase}${told}/buildkit/`);
    expect(groupFolders(told)).toEqual([]);
    process.kill(pid, 'SIGKILL');
    expect((await building).code).not.toBe(0);
  });

  it('R-C2 is told from others by its own group, and the filter of what it fetches is in force', async () => {
    const pid = readPidFile(instance.pidFile('strangers-engine'))?.pid;
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(`${address.cgroupBase}-engine`);
    expect(engine().filter.missing()).toBeUndefined();
    expect(await new Firewall(tools, `${instance.id}ef`).listing()).toContain('-A OUTPUT -m cgroup');
  });

  it('R2-N8 shares a bound of memory with the other engine, and the kernel ends its steps first', async () => {
    const { pid } = readPidFile(instance.pidFile('strangers-engine'))!;
    expect(address.cgroupBase!.startsWith(`${buildsGroupOf(instance)}/`)).toBe(true);
    expect(Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'))).toBe(oomScores.engine);
    const { stderr } = await build('RUN echo score $(cat /proc/self/oom_score_adj)', '--progress=plain');
    expect(stderr).toContain(`score ${oomScores.step}`);
  });

  it('R6-A7 has a bound of memory of its own below that', () => {
    const limits = groupFolders(`${address.cgroupBase}-engine`)
      .flatMap((folder) => ['memory.max', 'memory.limit_in_bytes'].map((file) => path.join(folder, file)))
      .filter(existsSync)
      .map((file) => Number(readFileSync(file, 'utf8')));
    expect(limits).toEqual([memoryForEngine()]);
  });

  it('R-C1 R-C2 S-039 S-040 has its rules again where they were flushed, and does not run on where they cannot be set', async () => {
    const pid = () => readPidFile(instance.pidFile('strangers-engine'))?.pid;
    const before = pid();
    const lists = () =>
      Promise.all(['e', 'ef'].map((suffix) => new Firewall(tools, `${instance.id}${suffix}`).listing()));
    const rules = await lists();
    for (const suffix of ['e', 'ef']) await new Firewall(tools, `${instance.id}${suffix}`).remove();
    expect(await engine().care()).toMatchObject({ state: 'in-force', renewals: 1 });
    expect(await lists()).toEqual(rules);
    expect(pid()).toBe(before);

    const path = (name: string) => (name === 'iptables' ? '/bin/false' : tools.path(name));
    const lamed = Object.assign(Object.create(tools), { path }) as Tools;
    const powerless = new EmbeddedEngine(instance, lamed, { insecure: [] }, 'strangers');
    expect(await powerless.care()).toMatchObject({ state: 'missing' });
    expect(pid()).toBeUndefined();
    address = await engine().start();
    expect((await build('RUN true')).code).toBe(0);
  });

  it('R9-C1 R9-C2 is ended at once where its builder asks for it, with its steps, and started again', async () => {
    const building = build('RUN sleep 274');
    const before = [readPidFile(instance.pidFile('strangers-engine'))!, identify(await stepProcess('sleep 274'))!];
    expect(await engine().endIfAsked()).toBeUndefined();
    expect(before.map(isAlive)).toEqual([true, true]);
    const asked = `${address.rulesFile}.asked/end`;
    writeFileSync(asked, 'a build does not end\n');
    expect(await engine().endIfAsked()).toBe('a build does not end');
    expect(before.map(isAlive)).toEqual([false, false]);
    expect((await building).code).not.toBe(0);
    // Until then another engine has not begun.
    expect(existsSync(asked)).toBe(true);

    address = await engine().start();
    expect(existsSync(asked)).toBe(false);
    expect((await build('RUN true')).code).toBe(0);
  });

  it('clears away the steps, groups and mounts of an engine that was killed, those too that it was told nothing about', async () => {
    const building = build('RUN sleep 273');
    const pid = await stepProcess('sleep 273');
    process.kill(readPidFile(instance.pidFile('strangers-engine'))?.pid ?? 0, 'SIGKILL');
    expect((await building).code).not.toBe(0);

    await engine().start();
    expect(identify(pid)).toBeUndefined();
    expect((await build('RUN true')).code).toBe(0);
  });

  it('leaves nothing on the machine when it is stopped', async () => {
    await engine().stop();
    expect(existsSync(`/sys/class/net/coop${instance.id}e`)).toBe(false);
    expect(groupFolders(address.cgroupBase!)).toEqual([]);
    expect(groupFolders(address.cgroupParent)).toEqual([]);
    expect(groupFolders(`${address.cgroupBase}-engine`)).toEqual([]);
    const own = ([4, 6] as const).map((version) => new Firewall(tools, `${instance.id}ef`, version).listing());
    expect(await Promise.all(own)).toEqual(['', '']);
    expect(mountsBelow(instance.folder, readFileSync('/proc/self/mountinfo', 'utf8'))).toEqual([]);
  });
});

function buildx(...parameters: readonly string[]): Promise<CommandResult> {
  const env = { ...tools.environment(), BUILDX_CONFIG: path.join(instance.folder, 'buildx') };
  return attempt(tools.path('docker-buildx'), parameters, { env, timeoutMs: 60_000 });
}

function build(step: string, ...more: readonly string[]): Promise<CommandResult> {
  const context = mkdtempSync(path.join(instance.folder, 'context-'));
  writeFileSync(path.join(context, 'Dockerfile'), `FROM busybox\n${step}\n`);
  return buildx('build', '--builder=own', '--no-cache', ...more, context);
}

async function stepProcess(command: string): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const { stdout } = await attempt('pgrep', ['-f', command]);
    const pids = stdout.split('\n').filter(Boolean).map(Number);
    const step = pids.find((pid) => groupOf(pid).includes(address.cgroupBase!));
    if (step) return step;
    await sleep(50);
  }
  throw new Error('the step did not start');
}

function groupOf(pid: number): string {
  return existsSync(`/proc/${pid}/cgroup`) ? readFileSync(`/proc/${pid}/cgroup`, 'utf8') : '';
}
