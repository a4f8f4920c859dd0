import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  boundMemory,
  boundProcesses,
  cgroupOf,
  memoryForBuilds,
  memoryForEngine,
  prepareGroup,
  yieldProcessors,
} from './control-groups.ts';
import { EngineGroup } from './engine-group.ts';

/** A folder as the kernel mounts one of control groups. */
function tree(...folders: string[]): string {
  const root = mkdtempSync(path.join(tmpdir(), 'groups-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const folder of folders) mkdirSync(path.join(root, folder));
  return root;
}

describe('R2-N1 the builds of a pool together', () => {
  it('may have a third of the processes of the machine, in version 2 of control groups', () => {
    const root = tree();
    writeFileSync(path.join(root, 'cgroup.controllers'), 'cpu memory pids');
    boundProcesses('/cooperage-1', root, 32_768);
    expect(readFileSync(path.join(root, 'cooperage-1/pids.max'), 'utf8')).toBe('10922');
  });

  it('may have as many in version 1, where a machine without that controller is left as it is', () => {
    const root = tree('pids', 'memory');
    boundProcesses('/cooperage-1', root, 32_768);
    expect(readFileSync(path.join(root, 'pids/cooperage-1/pids.max'), 'utf8')).toBe('10922');
    expect(existsSync(path.join(root, 'memory/cooperage-1'))).toBe(false);
    const without = tree('memory');
    boundProcesses('/cooperage-1', without, 32_768);
    expect(existsSync(path.join(without, 'pids'))).toBe(false);
  });
});

describe('R2-N8 all builds of a machine together', () => {
  const gib = 2 ** 30;

  it('leave a quarter of the memory to the services, 2 GiB at least, and a half of a small machine', () => {
    expect([64, 24, 6, 3, 1].map((total) => memoryForBuilds(total * gib) / gib)).toEqual([48, 18, 4, 1.5, 0.5]);
  });

  it('are bounded above both pools, in both versions of control groups, swap with them', () => {
    const one = tree('memory');
    writeFileSync(path.join(one, 'memory/memory.memsw.limit_in_bytes'), '');
    boundMemory('/cooperage-1', one, 3 * gib);
    for (const file of ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes'])
      expect(readFileSync(path.join(one, 'memory/cooperage-1', file), 'utf8')).toBe(String(3 * gib));
    const two = tree();
    writeFileSync(path.join(two, 'cgroup.controllers'), 'cpu memory pids');
    boundMemory('/cooperage-1', two, 3 * gib);
    const read = (file: string) => readFileSync(path.join(two, 'cooperage-1', file), 'utf8');
    expect([read('memory.max'), read('memory.swap.max')]).toEqual([String(3 * gib), '0']);
    expect(cgroupOf({ id: '1' })).toBe('/cooperage-1/steps');
  });

  it('hand on their controllers to each group below, in version 2', () => {
    const root = tree();
    writeFileSync(path.join(root, 'cgroup.controllers'), 'cpu memory pids');
    prepareGroup('/cooperage-1/steps', root);
    for (const group of ['', 'cooperage-1', 'cooperage-1/steps'])
      expect(existsSync(path.join(root, group, 'cgroup.subtree_control'))).toBe(true);
  });
});

describe('R6-A7 an engine itself', () => {
  const gib = 2 ** 30;

  it('may have 2 GiB, and a half of what all builds have on a small machine', () => {
    expect([64, 6, 3, 1].map((total) => memoryForEngine(memoryForBuilds(total * gib)) / gib)).toEqual([
      2, 2, 0.75, 0.25,
    ]);
  });

  it('has that bound in its own group, in both versions of control groups', () => {
    const one = tree('memory', 'unified');
    writeFileSync(path.join(one, 'unified/cgroup.controllers'), '');
    new EngineGroup('/cooperage-1/steps-engine', one).create();
    const limit = path.join(one, 'memory/cooperage-1/steps-engine/memory.limit_in_bytes');
    expect(Number(readFileSync(limit, 'utf8'))).toBe(memoryForEngine());
    expect(existsSync(path.join(one, 'unified/cooperage-1/steps-engine'))).toBe(true);
    const two = tree();
    writeFileSync(path.join(two, 'cgroup.controllers'), 'cpu memory pids');
    new EngineGroup('/cooperage-1/steps-engine', two).create();
    const read = (file: string) => readFileSync(path.join(two, 'cooperage-1', file), 'utf8');
    expect(Number(read('steps-engine/memory.max'))).toBe(memoryForEngine());
    // It is handed down to the group only once the one above hands it down.
    expect(read('cgroup.subtree_control')).toContain('+');
  });
});

describe('the steps of a pool', () => {
  it('have a quarter of the weight of a service, in both versions of control groups', () => {
    const one = tree('cpu');
    yieldProcessors('/cooperage-1', one);
    expect(readFileSync(path.join(one, 'cpu/cooperage-1/cpu.shares'), 'utf8')).toBe('256');
    const two = tree();
    writeFileSync(path.join(two, 'cgroup.controllers'), 'cpu memory pids');
    yieldProcessors('/cooperage-1', two);
    expect(readFileSync(path.join(two, 'cooperage-1/cpu.weight'), 'utf8')).toBe('25');
  });
});
