import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { bandwidthOf } from './bandwidth.js';
import { countedDisks } from './disks.js';
import {
  groupsAbove,
  isLimit,
  killsBelow,
  makeGroup,
  processesBelow,
  processHits,
  read,
  readNumber,
  removeGroups,
  subfolders,
  sumFields,
  write,
} from './files.js';
import { type GroupCounters, type GroupLimits, type Hierarchy, type LimitLack, lacksOf } from './hierarchy.js';

const needed = ['memory', 'pids', 'cpu', 'cpuacct'];
const writtenFile = 'blkio.throttle.io_service_bytes_recursive';
const swapBytes = 1024 * 1024;
/** 1 PiB a second: no disk comes near. */
const unreachableBytesPerSecond = 2 ** 50;

/** Control groups, version 1 (kernel documentation `admin-guide/cgroup-v1`): one tree for each controller. */
export class HierarchyV1 implements Hierarchy {
  constructor(
    private readonly root: string,
    private readonly disks: () => string[] = countedDisks,
  ) {}

  create(path: string): void {
    for (const controller of needed) mkdirSync(this.at(controller, path), { recursive: true });
    // The runtime would make the others, and only root could remove what the runtime of root has made.
    for (const folder of this.trees()) makeGroup(join(folder, path));
    this.countWrites(path);
  }

  limit(path: string, limits: GroupLimits): void {
    this.limitMemory(this.at('memory', path), limits.memoryBytes ?? -1);
    write(join(this.at('pids', path), 'pids.max'), limits.pids === undefined ? 'max' : String(limits.pids));
    this.limitCpus(path, limits.cpus);
  }

  lacks(path: string): LimitLack[] {
    const taken: Readonly<Record<LimitLack, boolean>> = {
      memory: write(join(this.at('memory', path), 'memory.limit_in_bytes'), '1073741824'),
      pids: write(join(this.at('pids', path), 'pids.max'), '1024'),
      cpus: write(join(this.at('cpu', path), 'cpu.cfs_quota_us'), '100000'),
      writes: this.countWrites(path),
      together: groupsAbove(path).some((above) =>
        isLimit(read(join(this.at('memory', above), 'memory.limit_in_bytes'))),
      ),
    };
    return lacksOf(taken);
  }

  limitCpus(path: string, cpus: number | undefined): void {
    const { quotaUs, periodUs } = bandwidthOf(cpus);
    write(join(this.at('cpu', path), 'cpu.cfs_period_us'), String(periodUs));
    write(join(this.at('cpu', path), 'cpu.cfs_quota_us'), String(quotaUs ?? -1));
  }

  resetPeak(path: string): void {
    write(join(this.at('memory', path), 'memory.max_usage_in_bytes'), '0');
  }

  counters(path: string): GroupCounters | null {
    const memory = this.at('memory', path);
    if (read(join(memory, 'memory.failcnt')) === null) return null;
    return {
      cpuMs: Math.round(readNumber(join(this.at('cpuacct', path), 'cpuacct.usage')) / 1e6),
      peakMemoryBytes: readNumber(join(memory, 'memory.max_usage_in_bytes')),
      // Kills are counted in the step's own group alone, which is gone when the step is.
      memoryHits: readNumber(join(memory, 'memory.failcnt')),
      exact: false,
      memoryKills: killsBelow(memory),
      processHits: processHits(this.at('pids', path)),
    };
  }

  /** What the kernel writes later, on its own, is nobody's in this version: it is what others wait for least. */
  writtenBytes(path: string): number {
    return sumFields(join(this.at('blkio', path), writtenFile), /^\d+:\d+ Write (\d+)$/gm);
  }

  /**
   * Since version 6.10 the kernel counts the bytes of a disk only after a limit was set on it, in any group. The limit is
   * lifted at once, and the counting goes on until the disk is taken away.
   * @returns whether any disk is counted
   */
  private countWrites(path: string): boolean {
    if (read(join(this.root, 'blkio', 'cgroup.procs')) === null) return false;
    const group = this.at('blkio', path);
    mkdirSync(group, { recursive: true });
    const file = join(group, 'blkio.throttle.write_bps_device');
    const taken = this.disks().filter((disk) => {
      const isTaken = write(file, `${disk} ${unreachableBytesPerSecond}`);
      write(file, `${disk} 0`);
      return isTaken;
    });
    return taken.length > 0 && read(join(group, writtenFile)) !== null;
  }

  processes(path: string): number[] {
    return processesBelow(this.at('pids', path));
  }

  /** The runtime made the group in every controller there is, not only in those that were limited. */
  remove(path: string, thorough: boolean): void {
    for (const folder of this.trees()) removeGroups(join(folder, path), thorough);
  }

  /** Of all controllers there are; two of them can share one. */
  private trees(): Set<string> {
    return new Set(subfolders(this.root).map((name) => realpathSync(join(this.root, name))));
  }

  /**
   * Memory and swap together may never be less than memory: lift the one, set the other, set the one. They get a little
   * more, since the kernel counts refusals (`memory.failcnt`) only where memory alone is what was refused.
   */
  private limitMemory(folder: string, bytes: number): void {
    write(join(folder, 'memory.memsw.limit_in_bytes'), '-1');
    write(join(folder, 'memory.limit_in_bytes'), String(bytes));
    if (bytes >= 0) write(join(folder, 'memory.memsw.limit_in_bytes'), String(bytes + swapBytes));
  }

  private at(controller: string, path: string): string {
    return join(this.root, controller, path);
  }
}
