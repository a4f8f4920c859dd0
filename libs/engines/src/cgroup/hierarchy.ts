/** What a build's steps may use together. */
export interface GroupLimits {
  readonly memoryBytes?: number;
  /** Number of processes and threads. */
  readonly pids?: number;
  /** Processors' worth of time; fractions are allowed. */
  readonly cpus?: number;
}

/** Counters of a group; they only grow, except the peak. */
export interface GroupCounters {
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
  /**
   * How often memory was refused. `exact`: processes killed for it, in the group and below. Otherwise how often the
   * group met its limit, which a full page cache does too: it proves nothing alone.
   */
  readonly memoryHits: number;
  readonly exact: boolean;
  /**
   * Processes killed for memory, in the group and below, as far as it can still be seen: version 1 counts in the group of a
   * step alone, which is gone when the step is.
   */
  readonly memoryKills: number;
  /**
   * How often the group, one below or one above met its limit of memory and had nothing to give back. Processes that were killed
   * without that were killed because the machine itself had no memory left. Version 1 does not count it.
   */
  readonly limitHits?: number;
  /**
   * How often a process was refused, as far as it can still be seen: the kernel may count in the group of a step alone,
   * which is gone when the step is. So one more once as many processes ran as may.
   */
  readonly processHits: number;
}

/**
 * A limit, or a count that a limit of ours is built on, of which the kernel here knows nothing. `together`: a limit of memory for
 * all builds, in a group above those of single ones.
 */
export type LimitLack = 'memory' | 'pids' | 'cpus' | 'writes' | 'together';

/** The kernel's control groups, in one of their two versions. Paths are absolute below the mount, like `/parent/name`. */
export interface Hierarchy {
  /** @throws {Error} when the group cannot be made */
  create(path: string): void;
  /** A limit that is left out is lifted. */
  limit(path: string, limits: GroupLimits): void;
  /** Tries each limit on a group that has no process. */
  lacks(path: string): LimitLack[];
  /** Of `limit` the processors alone. */
  limitCpus(path: string, cpus: number | undefined): void;
  resetPeak(path: string): void;
  /** Null when the group is gone. */
  counters(path: string): GroupCounters | null;
  /** Bytes that the group and those below brought to the disk; 0 where the kernel does not say. */
  writtenBytes(path: string): number;
  /** Ids of all processes in the group and below. */
  processes(path: string): number[];
  /**
   * Removes the group when nothing is in it. `thorough`: also groups of steps that their runtime left behind, which must
   * not be done where another process may be starting a step this very moment.
   */
  remove(path: string, thorough: boolean): void;
}

/** Those that the kernel did not take. */
export function lacksOf(taken: Readonly<Record<LimitLack, boolean>>): LimitLack[] {
  return (Object.keys(taken) as LimitLack[]).filter((limit) => !taken[limit]);
}
