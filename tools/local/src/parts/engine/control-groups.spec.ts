import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { boundProcesses, yieldProcessors } from './control-groups.ts';

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
