import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../../checkout.ts';
import { attempt } from '../../processes/command.ts';
import { memoryForBuilds } from './control-groups.ts';
import { chargedMemory, kernelLimits, raised, raiseKernelLimits, unraisableKernelLimits } from './kernel-limits.ts';

const gib = 2 ** 30;
const memory = { total: 24 * gib, ofBuilds: memoryForBuilds(24 * gib), ...chargedMemory('', true) };
const numberOf = (name: string, given = memory) =>
  kernelLimits(given)
    .find((limit) => limit.name === name)
    ?.least.map(Number);
/** As a kernel has them on a machine with 24 GiB. */
const ofKernel: Readonly<Record<string, string>> = {
  'fs.epoll.max_user_watches': '5491511',
  'fs.inotify.max_user_watches': '192536',
  'fs.inotify.max_user_instances': '128',
  'fs.file-max': '9223372036854775807',
  'net.ipv4.tcp_mem': '287901\t383868\t575802',
  'net.ipv4.udp_mem': '575802\t767736\t1151604',
};

describe('limits of the kernel that a build could use up for the whole machine', () => {
  it('R7-C1 are more than the memory of all builds has room for', () => {
    // What one of them takes at least of it: EP_ITEM_COST of the kernel, and sizes of its caches.
    const sizes = { 'epoll.max_user_watches': 184, 'inotify.max_user_watches': 80, 'file-max': 184 };
    for (const [name, bytes] of Object.entries(sizes))
      expect(numberOf(`fs.${name}`)![0]! * bytes).toBeGreaterThan(memory.ofBuilds * 1.4);
    expect(numberOf('fs.inotify.max_user_instances')![0]! * 600).toBeGreaterThan(memory.ofBuilds * 1.4);
  });

  it('R7-C1 are no more than the kernel takes, whatever memory there is', () => {
    for (const { least } of kernelLimits({ total: 2 ** 43, ofBuilds: 2 ** 42, ...chargedMemory('', false) }))
      expect(least[0]).toBeLessThan(2n ** 31n);
  });

  it('R7-C4 are for sockets the memory of all builds and an eighth of the machine, where the kernel charges it', () => {
    for (const name of ['net.ipv4.tcp_mem', 'net.ipv4.udp_mem'])
      expect(numberOf(name)).toEqual([0, (21 * gib) / 4096, (21 * gib) / 4096]);
    // Where nobody is charged, the number of the machine is the only bound that there is.
    expect(numberOf('net.ipv4.udp_mem', { ...memory, chargesSockets: false })).toBeUndefined();
  });

  it('R7-C1 R7-C4 are charged memory where the kernel was not started without', () => {
    expect(chargedMemory('quiet cgroup.memory=nobpf other=nokmem', true)).toEqual({
      ...{ chargesSockets: true, chargesFiles: true },
    });
    expect(chargedMemory('cgroup.memory=nosocket,nokmem', true)).toEqual({
      ...{ chargesSockets: false, chargesFiles: false },
    });
    expect(chargedMemory('cgroup.memory=nokmem quiet', true)).toEqual({ chargesSockets: true, chargesFiles: false });
    expect(chargedMemory('', false)).toEqual({ chargesSockets: false, chargesFiles: true });
  });

  it('R7-C1 R7-C4 are raised and never lowered', () => {
    const limit = { name: 'x', least: [0n, 100n, 200n] };
    expect(raised([10n, 20n, 30n], limit)).toEqual([10n, 100n, 200n]);
    expect(raised([10n, 500n, 30n], limit)).toEqual([10n, 500n, 200n]);
    expect(raised([10n, 100n, 2n ** 63n - 1n], limit)).toBeUndefined();
  });
});

/** Files in place of the kernel's own. */
describe.each(['the launcher', 'Compose'] as const)('limits of the kernel as %s raises them', (raiser) => {
  let folder: string;
  const system = () => path.join(folder, 'sys');
  const fileOf = (name: string) => path.join(system(), ...name.split('.'));
  const now = () => Object.fromEntries(Object.keys(ofKernel).map((name) => [name, readFileSync(fileOf(name), 'utf8')]));
  const groups = () => path.join(folder, 'groups');
  /** @returns names of those that could not be raised */
  async function raise(env: NodeJS.ProcessEnv = {}, commandLine = 'quiet'): Promise<string[]> {
    if (raiser === 'the launcher')
      return raiseKernelLimits(system(), groups(), { ...memory, ...chargedMemory(commandLine, true) });
    writeFileSync(path.join(folder, 'cmdline'), `${commandLine}\n`);
    const text = '. "$1/kernel-limits.sh"; mkdir() { return 1; }; raise_limits "$2"; echo "$unraised"';
    const parameters = ['-euc', text, 'sh', path.join(CHECKOUT, 'deploy/buildkit'), String(memory.ofBuilds)];
    const own = { ...process.env, KERNEL_PROC: folder, KERNEL_GROUPS: groups(), SOCKET_PAGES: '9999999', ...env };
    const { code, stdout } = await attempt('sh', parameters, { env: own });
    expect(code).toBe(0);
    return stdout.trim().split(' ').filter(Boolean);
  }

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cooperage-kernel-'));
    mkdirSync(groups());
    writeFileSync(path.join(groups(), 'cgroup.controllers'), '');
    for (const [name, text] of Object.entries(ofKernel)) {
      mkdirSync(path.dirname(fileOf(name)), { recursive: true });
      writeFileSync(fileOf(name), `${text}\n`);
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('R7-C1 are raised where they are too small, and a second time nothing is written', async () => {
    expect(await raise()).toEqual([]);
    const first = now();
    for (const name of ['fs.epoll.max_user_watches', 'fs.inotify.max_user_watches', 'fs.inotify.max_user_instances'])
      expect([name, Number(first[name])]).toEqual([name, numberOf(name)![0]]);
    expect(first['fs.file-max']).toBe('9223372036854775807\n');
    const times = () => Object.keys(ofKernel).map((name) => statSync(fileOf(name)).mtimeMs);
    const written = times();
    expect(await raise()).toEqual([]);
    expect(times()).toEqual(written);
  });

  it('R7-C1 are named where they cannot be raised', async () => {
    rmSync(fileOf('fs.epoll.max_user_watches'));
    mkdirSync(fileOf('fs.epoll.max_user_watches'));
    expect(await raise()).toEqual(['fs.epoll.max_user_watches']);
  });

  it('R7-C1 are left and named where the kernel charges nobody for what they bound', async () => {
    const before = now();
    const names = ['fs.epoll.max_user_watches', 'fs.inotify.max_user_watches', 'fs.inotify.max_user_instances'];
    expect(await raise({}, 'quiet cgroup.memory=nokmem')).toEqual([...names, 'fs.file-max']);
    for (const name of names) expect([name, now()[name]]).toEqual([name, before[name]]);
  });

  it('R7-C4 are named for sockets where the kernel charges nobody for them', async () => {
    const before = now()['net.ipv4.udp_mem'];
    expect(await raise({}, 'cgroup.memory=nosocket')).toEqual(['net.ipv4.tcp_mem', 'net.ipv4.udp_mem']);
    expect(now()['net.ipv4.udp_mem']).toBe(before);
  });

  it('R7-C4 are named where version 1 of control groups does not count memory of sockets', async () => {
    rmSync(path.join(groups(), 'cgroup.controllers'));
    mkdirSync(path.join(groups(), 'memory'));
    expect(await raise()).toContain('memory.kmem.tcp.limit_in_bytes');
    writeFileSync(path.join(groups(), 'memory/memory.kmem.tcp.limit_in_bytes'), '');
    expect(await raise()).not.toContain('memory.kmem.tcp.limit_in_bytes');
  });

  if (raiser === 'Compose') {
    it('R7-C4 are named for sockets until somebody says that the machine has them', async () => {
      expect(await raise({ SOCKET_PAGES: '' })).toEqual(['net.ipv4.tcp_mem', 'net.ipv4.udp_mem']);
      expect(await raise({ SOCKET_PAGES: String(memory.ofBuilds / 4096) })).toEqual([]);
    });
    return;
  }

  it('R7-C4 are raised for sockets, and what is free of pressure stays as it was', async () => {
    await raise();
    expect(now()['net.ipv4.udp_mem']?.split('\t').map(Number)).toEqual([
      575_802,
      ...numberOf('net.ipv4.udp_mem')!.slice(1),
    ]);
  });

  it('R7-C1 are left as they are by who only asks whether they can be raised', async () => {
    const before = now();
    expect(unraisableKernelLimits(system(), groups(), memory)).toEqual([]);
    expect(now()).toEqual(before);
    rmSync(fileOf('net.ipv4.udp_mem'));
    expect(unraisableKernelLimits(system(), groups(), memory)).toEqual(['net.ipv4.udp_mem']);
  });
});
