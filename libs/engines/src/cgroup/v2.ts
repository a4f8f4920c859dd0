import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bandwidthOf } from './bandwidth.js';
import {
  groupsAbove,
  isLimit,
  processesBelow,
  processHits,
  read,
  readField,
  readNumber,
  removeGroups,
  sumFields,
  write,
} from './files.js';
import { type GroupCounters, type GroupLimits, type Hierarchy, type LimitLack, lacksOf } from './hierarchy.js';

/** Control groups, version 2 (kernel documentation `admin-guide/cgroup-v2`): one tree. */
export class HierarchyV2 implements Hierarchy {
  constructor(private readonly root: string) {}

  create(path: string): void {
    mkdirSync(join(this.root, path), { recursive: true });
    // A controller works in a group only when every group above hands it down.
    const above = path.split('/').filter((name) => name !== '');
    for (let depth = 0; depth < above.length; depth++) {
      const file = join(this.root, ...above.slice(0, depth), 'cgroup.subtree_control');
      for (const controller of ['memory', 'pids', 'cpu', 'io']) write(file, `+${controller}`);
    }
  }

  limit(path: string, limits: GroupLimits): void {
    const { memoryBytes, pids, cpus } = limits;
    this.set(path, 'memory.max', memoryBytes);
    this.set(path, 'memory.swap.max', memoryBytes === undefined ? undefined : 0);
    this.set(path, 'pids.max', pids);
    this.limitCpus(path, cpus);
  }

  lacks(path: string): LimitLack[] {
    const folder = join(this.root, path);
    return lacksOf({
      memory: write(join(folder, 'memory.max'), '1073741824'),
      pids: write(join(folder, 'pids.max'), '1024'),
      cpus: write(join(folder, 'cpu.max'), '100000 100000'),
      writes: read(join(folder, 'io.stat')) !== null,
      together: groupsAbove(path).some((above) => isLimit(read(join(this.root, above, 'memory.max')))),
    });
  }

  limitCpus(path: string, cpus: number | undefined): void {
    const { quotaUs, periodUs } = bandwidthOf(cpus);
    write(join(this.root, path, 'cpu.max'), `${quotaUs ?? 'max'} ${periodUs}`);
  }

  resetPeak(path: string): void {
    write(join(this.root, path, 'memory.peak'), 'reset');
  }

  counters(path: string): GroupCounters | null {
    const folder = join(this.root, path);
    if (read(join(folder, 'cgroup.procs')) === null) return null;
    const kills = readField(join(folder, 'memory.events'), 'oom_kill');
    return {
      cpuMs: Math.round(readField(join(folder, 'cpu.stat'), 'usage_usec') / 1e3),
      peakMemoryBytes: readNumber(join(folder, 'memory.peak')),
      memoryHits: kills,
      exact: true,
      memoryKills: kills,
      limitHits: this.limitHits(path),
      processHits: processHits(folder),
    };
  }

  writtenBytes(path: string): number {
    return sumFields(join(this.root, path, 'io.stat'), / wbytes=(\d+)/g);
  }

  processes(path: string): number[] {
    return processesBelow(join(this.root, path));
  }

  remove(path: string, thorough: boolean): void {
    removeGroups(join(this.root, path), thorough);
  }

  private limitHits(path: string): number {
    // The own file counts groups below too; a group above counts for others as well, except in its local file.
    const own = readField(join(this.root, path, 'memory.events'), 'oom');
    return groupsAbove(path).reduce(
      (sum, above) => sum + readField(join(this.root, above, 'memory.events.local'), 'oom'),
      own,
    );
  }

  private set(path: string, file: string, value: number | undefined): void {
    write(join(this.root, path, file), value === undefined ? 'max' : String(value));
  }

  /** Whether this is the root of version 2. */
  static isAt(root: string): boolean {
    return read(join(root, 'cgroup.controllers')) !== null;
  }
}
