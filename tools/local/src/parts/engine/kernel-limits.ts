import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import path from 'node:path';
import { say } from '../../output.ts';
import { isUnified, memoryForBuilds } from './control-groups.ts';

const SYSTEM = '/proc/sys';
const GROUPS = '/sys/fs/cgroup';
/** The largest that the kernel takes for what it keeps in an `int`. */
const MOST = 2n ** 31n - 1n;
const PAGE_BYTES = 4096;

/**
 * Bytes of memory, charged to a step's group, that one of these takes at least: a half to two thirds of it. The kernel counts them
 * for a user on the whole machine, not for a group, and each step is root there. `deploy/buildkit/kernel-limits.sh` has the same.
 */
const BYTES_OF_ONE: Readonly<Record<string, number>> = {
  'fs.epoll.max_user_watches': 100,
  'fs.inotify.max_user_watches': 40,
  'fs.inotify.max_user_instances': 256,
  'fs.file-max': 128,
};
/** In pages, as three numbers: free of pressure, pressure, the most. One for all networks of the machine. */
const OF_SOCKETS = ['net.ipv4.tcp_mem', 'net.ipv4.udp_mem'];
/** In version 1 of control groups memory of sockets is charged to no group. This counts it, that of UDP too. */
export const SOCKETS_OF_GROUP = 'memory.kmem.tcp.limit_in_bytes';

/** A number of the kernel that one build could use up for all others. */
export interface KernelLimit {
  /** As sysctl(8) names it. */
  readonly name: string;
  /** What each of its numbers is to be at least; more than that stays. */
  readonly least: readonly bigint[];
}

export interface MachineMemory {
  /** Bytes. */
  readonly total: number;
  /** Bytes that all builds may use together. */
  readonly ofBuilds: number;
  /** Whether the kernel charges memory of sockets to the group of the process that opened them. */
  readonly chargesSockets: boolean;
  /** The same of its other memory: that of files and watches. */
  readonly chargesFiles: boolean;
}

/**
 * What has to be so large that the memory of all builds ends first: memory has an owner, and others keep theirs. Of memory that is
 * charged to nobody the number is the only bound, so it stays.
 */
export function kernelLimits({ total, ofBuilds, chargesSockets, chargesFiles }: MachineMemory): KernelLimit[] {
  const counted = Object.entries(chargesFiles ? BYTES_OF_ONE : {}).map(([name, bytes]) => ({
    name,
    least: [least(BigInt(Math.floor(ofBuilds / bytes)), MOST)],
  }));
  if (!chargesSockets) return counted;
  // An eighth of the machine for everybody else, about as much as the kernel gives all by itself.
  const pages = BigInt(Math.floor((ofBuilds + total / 8) / PAGE_BYTES));
  return [...counted, ...OF_SOCKETS.map((name) => ({ name, least: [0n, pages, pages] }))];
}

/** @returns what has to be written; undefined where nothing is too small */
export function raised(now: readonly bigint[], { least }: KernelLimit): bigint[] | undefined {
  if (least.every((number, at) => (now[at] ?? 0n) >= number)) return undefined;
  return least.map((number, at) => ((now[at] ?? 0n) > number ? now[at]! : number));
}

/**
 * Raises what is too small, and never lowers: another installation, or a person, may have asked for more. It stays when the engine
 * is stopped, as a limit that nobody meets.
 * @returns names of what this machine does not let us raise
 */
export function raiseKernelLimits(system = SYSTEM, groups = GROUPS, memory = machineMemory(groups)): string[] {
  const unraised = kernelLimits(memory).filter((limit) => {
    const file = fileOf(system, limit);
    try {
      const numbers = raised(read(file), limit);
      if (!numbers) return false;
      writeFileSync(file, numbers.join('\t'));
      return raised(read(file), limit) !== undefined;
    } catch {
      return true;
    }
  });
  return [...unraised.map(({ name }) => name), ...uncharged(groups, memory)];
}

/** As `raiseKernelLimits`, without a change: writes what is there already. */
export function unraisableKernelLimits(system = SYSTEM, groups = GROUPS, memory = machineMemory(groups)): string[] {
  const unraisable = kernelLimits(memory).filter((limit) => {
    try {
      const file = fileOf(system, limit);
      const now = readFileSync(file, 'utf8');
      if (raised(read(file), limit)) writeFileSync(file, now);
      return false;
    } catch {
      return true;
    }
  });
  return [...unraisable.map(({ name }) => name), ...uncharged(groups, memory)];
}

/** Says at the start of an engine what a build can use up for all. */
export function sayUnraised(names: readonly string[]): void {
  if (names.length > 0) say(`! a build can use up for the whole machine what these bound: ${names.join(', ')}`);
}

function machineMemory(groups: string): MachineMemory {
  return { total: totalmem(), ofBuilds: memoryForBuilds(), ...chargedMemory(commandLine(), isUnified(groups)) };
}

/** Sockets are charged in version 2. Both can be switched off at the start of the kernel, by `cgroup.memory=nosocket,nokmem`. */
export function chargedMemory(
  commandLine: string,
  unified: boolean,
): Pick<MachineMemory, 'chargesSockets' | 'chargesFiles'> {
  return {
    chargesSockets: unified && !/\bcgroup\.memory=\S*nosocket/.test(commandLine),
    chargesFiles: !/\bcgroup\.memory=\S*nokmem/.test(commandLine),
  };
}

/** Numbers that stay, since nobody is charged for what they bound. */
function uncharged(groups: string, { chargesSockets, chargesFiles }: MachineMemory): string[] {
  const files = chargesFiles ? [] : Object.keys(BYTES_OF_ONE);
  if (isUnified(groups)) return chargesSockets ? files : [...files, ...OF_SOCKETS];
  return existsSync(path.join(groups, 'memory', SOCKETS_OF_GROUP)) ? files : [...files, SOCKETS_OF_GROUP];
}

function commandLine(): string {
  try {
    return readFileSync('/proc/cmdline', 'utf8');
  } catch {
    return '';
  }
}

function fileOf(system: string, { name }: KernelLimit): string {
  return path.join(system, ...name.split('.'));
}

function read(file: string): bigint[] {
  return readFileSync(file, 'utf8').trim().split(/\s+/).map(BigInt);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
