import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import { LauncherError } from '../output.ts';
import { allProcesses, readPidFile, sessionMembers } from './process-identity.ts';

/** A socket that takes connections to a port of 127.0.0.1. */
export interface Listener {
  readonly inode: string;
  /** The user who made it. */
  readonly uid: number;
}

const LISTENING = '0A';
const CHUNK = 64 * 1024;
const isLittle = endianness() === 'LE';
const [LOOPBACK, MAPPED] = isLittle ? ['0100007F', 'FFFF0000'] : ['7F000001', '0000FFFF'];
const ANY = '00000000';
/**
 * Addresses at which a socket gets what is sent to 127.0.0.1, the nearest first. Of these the kernel lets one alone listen at a port. The
 * last is the exception: it may be for IPv6 only, which the table does not say. Then another may listen too, and that one gets them.
 */
const REACHED = [LOOPBACK, ANY + ANY + MAPPED + LOOPBACK, ANY, ANY + ANY + MAPPED + ANY, ANY.repeat(4)];

/**
 * Who gets the connections to a port of 127.0.0.1.
 * @param tables contents of /proc/net/tcp and /proc/net/tcp6, see proc(5)
 * @returns undefined where nobody listens, and on systems without these tables
 */
export function listenerAt(port: number, tables: readonly string[] = listenerTables()): Listener | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let best = REACHED.length;
  let found: Listener | undefined;
  for (const line of tables.flatMap((table) => table.split('\n'))) {
    const [, local = '', , state, , , , uid, , inode = ''] = line.trim().split(/\s+/);
    if (state !== LISTENING || !local.endsWith(suffix)) continue;
    const rank = REACHED.indexOf(local.slice(0, -suffix.length));
    if (rank === -1 || rank >= best) continue;
    best = rank;
    found = { inode, uid: Number(uid) };
  }
  return found;
}

/**
 * Whether it is a process itself, or one of its session, that gets the connections to a port of 127.0.0.1. Asked before an answer is
 * believed and before a secret is sent: a port is a number that every user of the machine can take.
 */
export function ownsListener(pid: number, port: number): boolean {
  const listener = listenerAt(port);
  if (!listener) return false;
  const holds = holdsSocket(pid, listener);
  // Files of a process of another user are hidden from some roots, and PostgreSQL may have to run as `nobody`.
  if (holds === 'hidden') return listener.uid === userOf(pid);
  return holds || sessionMembers(pid).some((member) => holdsSocket(member, listener) === true);
}

/** Whether a user who is neither root nor our own gets the connections. All that can be said where Docker holds a port, see ADR 66. */
export function isAnotherUsers(listener: Listener | undefined): boolean {
  return listener !== undefined && listener.uid !== 0 && listener.uid !== process.getuid?.();
}

/** For a person, as the end of a sentence: who has a port of 127.0.0.1. */
export function describeHolder({ inode, uid }: Listener): string {
  const pid = allProcesses().find((each) => holdsSocket(each, { inode }) === true);
  return pid === undefined ? `a process of user ${uid}` : `process ${pid} (${nameOf(pid)}) of user ${uid}`;
}

/** @throws {LauncherError} unless the process that a pid file names gets the connections to an address of 127.0.0.1 */
export function requireOwnListener(name: string, pidFile: string, address: string): void {
  const port = Number(new URL(address).port);
  const running = readPidFile(pidFile);
  if (running && ownsListener(running.pid, port)) return;
  const listener = listenerAt(port);
  const fault = listener ? `${describeHolder(listener)} listens there` : 'nobody listens there';
  throw new LauncherError(`${name} is not at port ${port} of 127.0.0.1, and nothing was sent: ${fault}`);
}

function holdsSocket(pid: number, { inode }: Pick<Listener, 'inode'>): boolean | 'hidden' {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((name) => linkOf(`${folder}/${name}`) === `socket:[${inode}]`);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'hidden' : false;
  }
}

/** @returns undefined for a file that was closed meanwhile, or whose path is too long: the process has others. */
function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw error;
    return undefined;
  }
}

function userOf(pid: number): number | undefined {
  try {
    const [, effective] = /^Uid:\s+\d+\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return effective === undefined ? undefined : Number(effective);
  } catch {
    return undefined;
  }
}

function nameOf(pid: number): string {
  try {
    // A program may name itself as it likes.
    return readFileSync(`/proc/${pid}/comm`, 'utf8')
      .trim()
      .replaceAll(/[^\x20-\x7e]/g, '?');
  } catch {
    return 'it has ended';
  }
}

function listenerTables(): string[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].map(headOf);
}

/** The kernel lists those that listen before the connections, of which there may be very many. */
function headOf(file: string): string {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const chunk = Buffer.alloc(CHUNK);
    let text = '';
    for (let length = -1; length !== 0 && !hasConnection(text); text += chunk.toString('latin1', 0, length))
      length = readSync(fd, chunk);
    return text;
  } finally {
    closeSync(fd);
  }
}

/** Of the last whole line. */
function hasConnection(text: string): boolean {
  const [, , , state = LISTENING] = (text.split('\n').at(-2) ?? '').trim().split(/\s+/);
  return state !== LISTENING && state !== 'st';
}
