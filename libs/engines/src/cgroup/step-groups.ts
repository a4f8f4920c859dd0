import { setTimeout as delay } from 'node:timers/promises';
import type { EngineWarning } from '@cooperage/domain';
import type { GroupCounters, GroupLimits, Hierarchy, LimitLack } from './hierarchy.js';

export interface GroupUsage {
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
}

export interface Refusals {
  readonly memory: number;
  readonly processes: number;
  /** Processes killed for memory: in version 1 of control groups those of steps that still run. */
  readonly killed: number;
  /** Limits of memory that were met, where the kernel counts them: `GroupCounters`. */
  readonly limits?: number | undefined;
}

/** What a build is slowed down for; it goes on when it is for nothing any more. */
export type Holder = 'output' | 'writes' | 'look';

/** A build's hold on the group in which its steps run. */
export interface GroupLease {
  /** Path below the mount, for the engine. */
  readonly path: string;
  /** How often memory and processes were refused so far. */
  refusals(): Refusals;
  /** Whether a process was killed for memory since `before`; `exitCode` is what became of the step. */
  ranOutOfMemory(before: Refusals, exitCode: number | null): boolean;
  /** Whether processes were killed for memory since `before` while no limit of memory was met: the machine itself had none left. */
  lostToMachine(before: Refusals): boolean;
  /** Whether a process could not be started since `before`. */
  ranOutOfProcesses(before: Refusals): boolean;
  /** Ids of the processes that run in the group now. */
  processes(): number[];
  /** What the build used; null when it shared the group with another for some time, or the group is gone. */
  usage(): GroupUsage | null;
  /** Whether builds in other groups run at this moment, as far as this process runs them. */
  hasNeighbours(): boolean;
  /** Slows the steps down, or no longer: they go on, at a thousandth of a processor. Others in the group are slowed too. */
  hold(by: Holder, held: boolean): void;
  /** What the steps brought to the disk so far, as far as the kernel says whose it was; it falls when a step ends. */
  writtenBytes(): number;
  /** Gives the group up; the last one removes it. `kill`: what still runs in it has lost its engine. */
  release(options?: { kill?: boolean }): Promise<void>;
}

/** What is said of a limit that the kernel does not know. */
export const limitWarnings: Readonly<Record<LimitLack, EngineWarning>> = {
  memory: 'memory-unlimited',
  pids: 'processes-unlimited',
  cpus: 'processors-unlimited',
  writes: 'writes-uncounted',
  together: 'builds-unlimited',
};

const killed = 137;
/** Not a stop: whoever is killed has to be able to die, and nobody stays behind frozen when this process is gone. */
const heldCpus = 0.001;
const killWaitMs = 2_000;

interface Group {
  readonly leases: Set<Lease>;
  kill: boolean;
}

/**
 * Groups by path. A path stands for a project, not for a build: it is part of every step's cache key, so builds that
 * shall share results must share it. Builds that run at the same time in one group may use the sum of their limits.
 */
export class StepGroups {
  private readonly groups = new Map<string, Group>();

  constructor(
    private readonly hierarchy: Hierarchy,
    /** What is not limited here although it is asked for. */
    readonly lacks: readonly LimitLack[] = [],
  ) {}

  /** @throws {Error} when the group cannot be made */
  acquire(path: string, limits: GroupLimits): GroupLease {
    const group = this.groups.get(path) ?? { leases: new Set<Lease>(), kill: false };
    this.hierarchy.create(path);
    if (group.leases.size === 0) this.hierarchy.resetPeak(path);
    const lease: Lease = new Lease(this.hierarchy, path, limits, {
      leave: (kill) => this.leave(path, group, lease, kill),
      hasNeighbours: () => this.groups.size > Number(this.groups.has(path)),
      hold: () => group.leases.has(lease) && this.hierarchy.limitCpus(path, sum(group).cpus),
    });
    for (const other of group.leases) other.shared = lease.shared = true;
    group.leases.add(lease);
    this.groups.set(path, group);
    this.hierarchy.limit(path, sum(group));
    return lease;
  }

  private async leave(path: string, group: Group, lease: Lease, kill: boolean): Promise<void> {
    if (!group.leases.delete(lease)) return;
    group.kill ||= kill;
    if (group.leases.size > 0) return this.hierarchy.limit(path, sum(group));
    this.groups.delete(path);
    if (group.kill) await killAll(this.hierarchy, path);
    if (!this.groups.has(path)) this.hierarchy.remove(path, group.kill);
  }
}

class Lease implements GroupLease {
  shared = false;
  readonly holders = new Set<Holder>();
  private readonly before: GroupCounters | null;

  constructor(
    private readonly hierarchy: Hierarchy,
    readonly path: string,
    readonly limits: GroupLimits,
    private readonly group: LeaseHome,
  ) {
    this.before = hierarchy.counters(path);
  }

  refusals(): Refusals {
    const now = this.hierarchy.counters(this.path);
    return {
      memory: now?.memoryHits ?? 0,
      processes: now?.processHits ?? 0,
      killed: now?.memoryKills ?? 0,
      limits: now?.limitHits,
    };
  }

  ranOutOfProcesses(before: Refusals): boolean {
    return this.refusals().processes > before.processes;
  }

  lostToMachine(before: Refusals): boolean {
    const { memory, limits } = this.refusals();
    return memory > before.memory && limits !== undefined && limits <= (before.limits ?? 0);
  }

  processes(): number[] {
    return this.hierarchy.processes(this.path);
  }

  ranOutOfMemory(before: Refusals, exitCode: number | null): boolean {
    const now = this.hierarchy.counters(this.path);
    if (!now || now.memoryHits <= before.memory) return false;
    if (now.exact) return true;
    const { memoryBytes } = this.limits;
    return exitCode === killed && memoryBytes !== undefined && now.peakMemoryBytes >= memoryBytes * 0.98;
  }

  usage(): GroupUsage | null {
    const now = this.hierarchy.counters(this.path);
    if (!now || !this.before || this.shared) return null;
    return { cpuMs: now.cpuMs - this.before.cpuMs, peakMemoryBytes: now.peakMemoryBytes };
  }

  hasNeighbours(): boolean {
    return this.group.hasNeighbours();
  }

  hold(by: Holder, held: boolean): void {
    if (held) this.holders.add(by);
    else this.holders.delete(by);
    this.group.hold();
  }

  writtenBytes(): number {
    return this.hierarchy.writtenBytes(this.path);
  }

  release(options: { kill?: boolean } = {}): Promise<void> {
    return this.group.leave(options.kill ?? false);
  }
}

interface LeaseHome {
  readonly leave: (kill: boolean) => Promise<void>;
  readonly hasNeighbours: () => boolean;
  readonly hold: () => void;
}

/** A limit that one of them does not have, none of them has; one that is held holds all. */
function sum({ leases }: Group): GroupLimits {
  const total = (pick: (limits: GroupLimits) => number | undefined) =>
    [...leases]
      .map((lease) => pick(lease.limits))
      .reduce((a, b) => (a === undefined || b === undefined ? undefined : a + b));
  const isHeld = [...leases].some((lease) => lease.holders.size > 0);
  return {
    ...{ memoryBytes: total((l) => l.memoryBytes), pids: total((l) => l.pids) },
    cpus: isHeld ? heldCpus : total((l) => l.cpus),
  };
}

/** Kills until nobody is left: a process that is being born may escape the first round. */
async function killAll(hierarchy: Hierarchy, path: string): Promise<void> {
  const until = Date.now() + killWaitMs;
  for (let pids = hierarchy.processes(path); pids.length > 0 && Date.now() < until; pids = hierarchy.processes(path)) {
    for (const pid of pids) kill(pid);
    await delay(10);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
