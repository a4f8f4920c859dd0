import { readFileSync } from 'node:fs';
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
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name in parentheses may hold spaces; the fields after it are fixed, see proc_pid_stat(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    return state === 'Z' || state === 'X' ? undefined : { pid, startedAs: `${boot}:${startTicks}` };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
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
