import { readFileSync, readlinkSync } from 'node:fs';
import type { ProcessIdentity } from '@cooperage/db';

/**
 * Who a process is, so that it is never taken for a later one with the same number: `proc_pid_stat(5)`.
 * @returns undefined where there is no such process, only its unreaped remains, or no `/proc`
 */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    // The second field is a name in brackets and may hold anything, spaces and brackets too.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    return { place: placeOfProcesses(), pid, startedAs: rest[startField - 5]!, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** Of the fields of a stat file, counted from 1. */
const startField = 22;

/** Whether exactly this process runs now. Only an answer for processes of the same place. */
export function isAlive({ pid, startedAs }: Pick<ProcessIdentity, 'pid' | 'startedAs'>): boolean {
  return identify(pid)?.startedAs === startedAs;
}

/** The boot of the machine and the space of process numbers: a container has one of its own. */
function placeOfProcesses(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
}

/** This process and its supervisor, for the row in the database. */
export function ownIdentity(): { process?: ProcessIdentity; supervisor?: ProcessIdentity } {
  const own = identify(process.pid);
  const parent = own && identify(own.parent);
  return { ...(own && { process: own }), ...(parent && process.channel && { supervisor: parent }) };
}
