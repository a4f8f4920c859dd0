import { readdirSync, readFileSync } from 'node:fs';
import { readJson, writeJson } from '../files/atomic-file.ts';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The boot of the machine and the moment of the process's start within it. */
  readonly startedAs: string;
}

/** @returns undefined when there is no such process, or only its unreaped remains. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const { state, startTicks } = readStat(pid);
    return state === 'Z' || state === 'X' ? undefined : { pid, startedAs: `${bootId()}:${startTicks}` };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/**
 * What runs on in the session that a process started, after its own end. The kernel gives a session's number to nobody
 * else while it has members, so these are its descendants.
 */
export function orphansOf(leader: ProcessIdentity): ProcessIdentity[] {
  if (!leader.startedAs.startsWith(`${bootId()}:`) || identify(leader.pid)) return [];
  return sessionMembers(leader.pid)
    .map(identify)
    .filter((member) => member !== undefined);
}

/** The other processes of the session that a process leads: what it has started, and what that has. */
export function sessionMembers(leader: number): number[] {
  return allProcesses().filter((pid) => pid !== leader && sessionOf(pid) === leader);
}

export function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAs === identity.startedAs;
}

/** @returns false when it is gone already; a later process with the same number is never touched. */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

export function writePidFile(file: string, identity: ProcessIdentity): void {
  writeJson(file, identity);
}

/** @returns the process that the file names, if it still runs. */
export function readPidFile(file: string): ProcessIdentity | undefined {
  const identity = readJson<ProcessIdentity>(file);
  return identity && isAlive(identity) ? identity : undefined;
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function sessionOf(pid: number): number | undefined {
  try {
    return readStat(pid).session;
  } catch {
    return undefined;
  }
}

/** The name in parentheses may hold spaces; the fields after it are fixed, see proc_pid_stat(5). */
function readStat(pid: number): { state: string; session: number; startTicks: string } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', session: Number(fields[3]), startTicks: fields[19] ?? '' };
}
