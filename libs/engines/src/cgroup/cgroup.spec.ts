import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StepWatch } from '../limits/step-watch.js';
import { detectHierarchy, stepGroupsAt } from './detect.js';
import { countedDisks } from './disks.js';
import type { GroupCounters, GroupLimits, Hierarchy } from './hierarchy.js';
import { limitWarnings, StepGroups } from './step-groups.js';
import { HierarchyV1 } from './v1.js';
import { HierarchyV2 } from './v2.js';

let root: string;
const put = (file: string, value: string) => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), value);
};
const get = (file: string) => readFileSync(join(root, file), 'utf8');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cooperage-cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('control groups, version 1', () => {
  it('are made in the controllers that limit, and limited', () => {
    put('memory/cgroup.procs', '');
    const groups = detectHierarchy(root)!;
    expect(groups).toBeInstanceOf(HierarchyV1);
    groups.create('/p/g');
    groups.limit('/p/g', { memoryBytes: 64, pids: 5, cpus: 1.5 });
    expect(get('memory/p/g/memory.limit_in_bytes')).toBe('64');
    expect(get('memory/p/g/memory.memsw.limit_in_bytes')).toBe(String(64 + 1024 * 1024));
    expect(get('pids/p/g/pids.max')).toBe('5');
    expect(get('cpu/p/g/cpu.cfs_quota_us')).toBe('150000');
    groups.limitCpus('/p/g', 0.001);
    expect([get('cpu/p/g/cpu.cfs_quota_us'), get('cpu/p/g/cpu.cfs_period_us')]).toEqual(['1000', '1000000']);
    groups.limit('/p/g', {});
    expect(get('cpu/p/g/cpu.cfs_period_us')).toBe('100000');
    expect([
      get('memory/p/g/memory.limit_in_bytes'),
      get('pids/p/g/pids.max'),
      get('cpu/p/g/cpu.cfs_quota_us'),
    ]).toEqual(['-1', 'max', '-1']);
  });

  it('are made in every other controller too, so that whoever is not root can remove what the runtime puts into them', () => {
    for (const controller of ['memory', 'cpuset', 'unified']) put(`${controller}/cgroup.procs`, '');
    const groups = new HierarchyV1(root);
    groups.create('/p/g');
    for (const controller of ['cpuset', 'unified']) expect(existsSync(join(root, controller, 'p/g'))).toBe(true);
    groups.remove('/p/g', false);
    for (const controller of ['cpuset', 'unified']) expect(existsSync(join(root, controller, 'p/g'))).toBe(false);
  });

  it('are read, and removed from every controller that the runtime used', () => {
    const groups = new HierarchyV1(root);
    for (const controller of ['memory', 'pids', 'cpuacct', 'blkio'])
      mkdirSync(join(root, controller, 'p/g/buildkit'), { recursive: true });
    expect(groups.counters('/p/g')).toBeNull();
    put('memory/p/g/memory.failcnt', '3\n');
    put('memory/p/g/memory.max_usage_in_bytes', '99\n');
    put('cpuacct/p/g/cpuacct.usage', '2500000\n');
    put('memory/p/g/buildkit/step/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 4\n');
    put('pids/p/g/buildkit/cgroup.procs', '0\n12\n13\n');
    put('pids/p/g/buildkit/pids.events', 'max 1\n');
    put('pids/p/g/pids.peak', '40\n');
    put('pids/p/g/pids.max', '40\n');
    expect(groups.counters('/p/g')).toEqual({
      cpuMs: 3,
      peakMemoryBytes: 99,
      memoryHits: 3,
      exact: false,
      memoryKills: 4,
      processHits: 2,
    });
    expect(groups.processes('/p/g')).toEqual([12, 13]);
    groups.remove('/p/g', true);
    expect(existsSync(join(root, 'blkio/p/g'))).toBe(false);
  });

  it('tell what was brought to all disks, where the kernel counts it', () => {
    const groups = new HierarchyV1(root);
    expect(groups.writtenBytes('/p/g')).toBe(0);
    const lines = ['8:0 Read 1', '8:0 Write 20', '8:0 Total 21', '8:16 Write 300', 'Total 321', ''];
    put('blkio/p/g/blkio.throttle.io_service_bytes_recursive', lines.join('\n'));
    expect(groups.writtenBytes('/p/g')).toBe(320);
  });
});

describe('the count of writes (S-041)', () => {
  it('is switched on in each disk by a limit that no disk reaches, which is lifted again', () => {
    put('blkio/cgroup.procs', '');
    new HierarchyV1(root, () => ['8:0', '259:1']).create('/p/g');
    // A file of the test holds what was written last; the kernel's keeps a line for each disk.
    expect(get('blkio/p/g/blkio.throttle.write_bps_device')).toBe('259:1 0');
  });

  it('needs no group where the kernel has no such controller', () => {
    new HierarchyV1(root, () => ['8:0']).create('/p/g');
    expect(existsSync(join(root, 'blkio'))).toBe(false);
  });

  it('is that of whole disks alone, each once', () => {
    const disk = (name: string, dev: string, size: string) => {
      put(`${name}/dev`, `${dev}\n`);
      put(`${name}/size`, `${size}\n`);
      mkdirSync(join(root, name, 'slaves'));
    };
    disk('sda', '8:0', '2048');
    disk('nvme0n1', '259:0', '2048');
    disk('loop0', '7:0', '2048');
    disk('zram0', '253:0', '2048');
    disk('sdb', '8:16', '0');
    disk('dm-0', '252:0', '2048');
    mkdirSync(join(root, 'dm-0/slaves/sda'));
    expect(countedDisks(root)).toEqual(['nvme0n1', 'sda'].map((name) => get(`${name}/dev`).trim()));
    expect(countedDisks(join(root, 'nowhere'))).toEqual([]);
  });
});

describe('limits that the kernel does not take', () => {
  it('R2-N8 are said of all builds together too: the number of a group without one is none', () => {
    put('memory/cgroup.procs', '');
    put('memory/p/memory.limit_in_bytes', '9223372036854771712');
    expect(new HierarchyV1(root, () => []).lacks('/p/g')).toContain('together');
    expect(limitWarnings.together).toBe('builds-unlimited');
  });

  it('are known in version 1', () => {
    put('memory/cgroup.procs', '');
    const counter = 'blkio.throttle.io_service_bytes_recursive';
    for (const [controller, ...files] of [['memory'], ['pids'], ['cpu'], ['blkio', 'cgroup.procs', `p/g/${counter}`]])
      for (const file of files.length > 0 ? files : ['p/g/x']) put(`${controller}/${file}`, '');
    const groups = new HierarchyV1(root, () => ['8:0']);
    expect(groups.lacks('/p/g')).toEqual(['together']);
    put('memory/p/memory.limit_in_bytes', '1073741824');
    expect(groups.lacks('/p/g')).toEqual([]);
    rmSync(join(root, 'blkio/p/g', counter));
    rmSync(join(root, 'pids'), { recursive: true });
    expect(groups.lacks('/p/g')).toEqual(['pids', 'writes']);
    expect(new HierarchyV1(root, () => []).lacks('/p/g')).toEqual(['pids', 'writes']);
  });

  it('are known in version 2', () => {
    put('p/g/io.stat', '');
    const groups = new HierarchyV2(root);
    put('p/memory.max', 'max');
    expect(groups.lacks('/p/g')).toEqual(['together']);
    put('p/memory.max', '1073741824');
    expect(groups.lacks('/p/g')).toEqual([]);
    rmSync(join(root, 'p'), { recursive: true });
    expect(groups.lacks('/p/g')).toEqual(['memory', 'pids', 'cpus', 'writes', 'together']);
  });
});

describe('control groups, version 2', () => {
  it('are handed down from the root, limited and read', () => {
    put('cgroup.controllers', 'cpu memory pids\n');
    const groups = detectHierarchy(root)!;
    expect(groups).toBeInstanceOf(HierarchyV2);
    groups.create('/p/g');
    expect(existsSync(join(root, 'p/cgroup.subtree_control'))).toBe(true);
    expect(existsSync(join(root, 'p/g/cgroup.subtree_control'))).toBe(false);
    groups.limit('/p/g', { memoryBytes: 64, cpus: 0.5 });
    expect(['memory.max', 'memory.swap.max', 'pids.max', 'cpu.max'].map((file) => get(`p/g/${file}`))).toEqual([
      '64',
      '0',
      'max',
      '50000 100000',
    ]);
    groups.limitCpus('/p/g', 0.001);
    expect(get('p/g/cpu.max')).toBe('1000 1000000');
    put('p/g/cgroup.procs', '');
    put('p/g/cpu.stat', 'usage_usec 4000\nuser_usec 1\n');
    put('p/g/memory.peak', '77\n');
    put('p/g/memory.events', 'oom 2\noom_kill 1\n');
    put('p/memory.events', 'oom 9\n');
    put('p/memory.events.local', 'oom 3\n');
    put('p/g/io.stat', '8:0 rbytes=1 wbytes=20 rios=1\n8:16 rbytes=5 wbytes=300 rios=1\n');
    expect(groups.writtenBytes('/p/g')).toBe(320);
    expect(groups.counters('/p/g')).toEqual({
      cpuMs: 4,
      peakMemoryBytes: 77,
      memoryHits: 1,
      exact: true,
      memoryKills: 1,
      limitHits: 5,
      processHits: 0,
    });
  });

  it('are not there where nothing is mounted, or where nothing can be made', () => {
    expect(stepGroupsAt(root, '/p')).toBeNull();
    put('cgroup.controllers', '');
    put('p', 'a file in the way');
    expect(stepGroupsAt(root, '/p')).toBeNull();
  });

  it('are one object for all engines of a process', () => {
    put('cgroup.controllers', '');
    expect(stepGroupsAt(root, '/p')).toBeInstanceOf(StepGroups);
    expect(stepGroupsAt(root, '/p')).toBe(stepGroupsAt(root, '/p'));
  });
});

/** A hierarchy in memory: what the lease rules do is seen in its log. */
class Remembered implements Hierarchy {
  readonly log: string[] = [];
  now: GroupCounters = { cpuMs: 10, peakMemoryBytes: 0, memoryHits: 0, exact: true, memoryKills: 0, processHits: 0 };
  create(path: string): void {
    this.log.push(`create ${path}`);
  }
  limit(_path: string, limits: GroupLimits): void {
    this.log.push(`limit ${limits.memoryBytes ?? 'none'}`);
  }
  lacks(): [] {
    return [];
  }
  limitCpus(_path: string, cpus: number | undefined): void {
    this.log.push(`cpus ${cpus ?? 'all'}`);
  }
  resetPeak(): void {}
  counters(): GroupCounters {
    return this.now;
  }
  writtenBytes(): number {
    return 0;
  }
  processes(): number[] {
    return [];
  }
  remove(path: string): void {
    this.log.push(`remove ${path}`);
  }
}

describe('leases on a group', () => {
  it('add up their limits, and the last one removes it', async () => {
    const hierarchy = new Remembered();
    const groups = new StepGroups(hierarchy);
    const first = groups.acquire('/g', { memoryBytes: 100 });
    const second = groups.acquire('/g', { memoryBytes: 50 });
    const unlimited = groups.acquire('/g', {});
    await unlimited.release();
    await second.release();
    await second.release();
    await first.release();
    expect(hierarchy.log).toEqual([
      ...['create /g', 'limit 100'],
      ...['create /g', 'limit 150'],
      ...['create /g', 'limit none'],
      ...['limit 150', 'limit 100', 'remove /g'],
    ]);
  });

  it('hold all of the group back while one of them wants it', async () => {
    const hierarchy = new Remembered();
    const groups = new StepGroups(hierarchy);
    const [first, second] = [groups.acquire('/g', { cpus: 2 }), groups.acquire('/g', { cpus: 1 })];
    hierarchy.log.length = 0;
    first.hold('output', true);
    first.hold('writes', true);
    second.hold('output', true);
    first.hold('output', false);
    second.hold('output', false);
    first.hold('writes', false);
    expect(hierarchy.log).toEqual([...Array(5).fill('cpus 0.001'), 'cpus 3']);
    await first.release();
    await second.release();
    hierarchy.log.length = 0;
    second.hold('output', true);
    expect(hierarchy.log).toEqual([]);
  });

  it('tell whether builds in other groups run', async () => {
    const groups = new StepGroups(new Remembered());
    const [first, same] = [groups.acquire('/g', {}), groups.acquire('/g', {})];
    expect([first.hasNeighbours(), same.hasNeighbours()]).toEqual([false, false]);
    const other = groups.acquire('/other', {});
    expect([first.hasNeighbours(), other.hasNeighbours()]).toEqual([true, true]);
    await other.release();
    expect(first.hasNeighbours()).toBe(false);
  });

  it('tell usage only when nobody shared the group', async () => {
    const hierarchy = new Remembered();
    const groups = new StepGroups(hierarchy);
    const alone = groups.acquire('/g', {});
    hierarchy.now = { ...hierarchy.now, cpuMs: 25, peakMemoryBytes: 7 };
    expect(alone.usage()).toEqual({ cpuMs: 15, peakMemoryBytes: 7 });
    const other = groups.acquire('/g', {});
    expect([alone.usage(), other.usage()]).toEqual([null, null]);
    await Promise.all([alone.release(), other.release()]);
  });

  it('tell a lack of memory: by the kernel’s count, else only from a killed step at its limit', () => {
    const hierarchy = new Remembered();
    const lease = new StepGroups(hierarchy).acquire('/g', { memoryBytes: 100 });
    const before = lease.refusals();
    expect(lease.ranOutOfMemory(before, 137)).toBe(false);
    hierarchy.now = { ...hierarchy.now, memoryHits: 1 };
    expect([lease.ranOutOfMemory(before, 2), lease.ranOutOfMemory(lease.refusals(), 2)]).toEqual([true, false]);
    hierarchy.now = { ...hierarchy.now, exact: false, peakMemoryBytes: 99 };
    expect([lease.ranOutOfMemory(before, 137), lease.ranOutOfMemory(before, 2)]).toEqual([true, false]);
    hierarchy.now = { ...hierarchy.now, peakMemoryBytes: 50 };
    expect(lease.ranOutOfMemory(before, 137)).toBe(false);
  });

  it('R8-C1 blame the machine for a process that was killed while no limit of memory was met', () => {
    const hierarchy = new Remembered();
    const lease = new StepGroups(hierarchy).acquire('/g', { memoryBytes: 100 });
    const watch = new StepWatch(lease);
    const fixed = { name: 'RUN', ordinal: 1, stage: null, platform: null, inputs: [], cached: false, error: null };
    const began = (id: string) => {
      const step = { ...fixed, id, startedAt: new Date(0), completedAt: null, internal: false, progressGroup: null };
      watch.note({ type: 'step', step });
    };
    hierarchy.now = { ...hierarchy.now, memoryHits: 1, limitHits: 1 };
    began('first');
    hierarchy.now = { ...hierarchy.now, memoryHits: 2 };
    expect(watch.limitMet('first', 137)).toMatchObject({ code: 'EngineUnavailable' });
    began('second');
    expect(watch.limitMet('second', 137)).toBeNull();
    hierarchy.now = { ...hierarchy.now, memoryHits: 3, limitHits: 2 };
    expect(watch.limitMet('second', 137)).toMatchObject({ code: 'StepOutOfMemory' });
  });

  it('tell a lack of processes since a moment', () => {
    const hierarchy = new Remembered();
    const lease = new StepGroups(hierarchy).acquire('/g', { pids: 10 });
    const before = lease.refusals();
    hierarchy.now = { ...hierarchy.now, processHits: 1 };
    expect([lease.ranOutOfProcesses(before), lease.ranOutOfProcesses(lease.refusals())]).toEqual([true, false]);
  });
});
