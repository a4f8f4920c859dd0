import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { endianness } from 'node:os';

const ESTABLISHED = '01';
/** As the kernel's table writes 127.0.0.1: the four bytes as one number of this machine. */
const LOOPBACK = endianness() === 'LE' ? '0100007F' : '7F000001';
/** Sent by browsers with every call that a page makes, and by proxies, which pass on calls of other people. */
const SENT_FOR_OTHERS = ['origin', 'sec-fetch-site', 'forwarded', 'x-forwarded-for', 'via'];

/**
 * Whether a call comes from a program of the same user on this machine, by the kernel's own table of connections. Such a
 * program can write the repositories' files anyway, so it needs no password to push.
 *
 * A web page in that user's browser is not that user, nor is somebody behind a proxy that the user runs. Elsewhere than
 * on Linux the answer is always no.
 */
export function isOwnUser({ headers, socket }: IncomingMessage): boolean {
  if (SENT_FOR_OTHERS.some((name) => headers[name] !== undefined)) return false;
  const { remotePort, localPort } = socket;
  const uid = process.getuid?.();
  if (remotePort === undefined || localPort === undefined || uid === undefined) return false;
  return ownerOf(connectionTable(), remotePort, localPort) === uid;
}

/**
 * The user who holds the end at `fromPort` of a connection over 127.0.0.1.
 * @param table content of /proc/net/tcp, see proc(5).
 * @returns undefined where there is none. Ends that their program has let go of are listed for root, so only an
 * established one counts.
 */
export function ownerOf(table: string, fromPort: number, toPort: number): number | undefined {
  const [from, to] = [endpoint(fromPort), endpoint(toPort)];
  for (const line of table.split('\n')) {
    const [, local, remote, state, , , , uid] = line.trim().split(/\s+/);
    if (local === from && remote === to && state === ESTABLISHED) return Number(uid);
  }
  return undefined;
}

function endpoint(port: number): string {
  return `${LOOPBACK}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

function connectionTable(): string {
  try {
    return readFileSync('/proc/net/tcp', 'utf8');
  } catch {
    return '';
  }
}
