import { existsSync, readFileSync } from 'node:fs';
import { isIP, isIPv4 } from 'node:net';

/** With a local stub at 127.0.0.53, systemd keeps the real servers here; BuildKit reads the same file. */
const STUB_UPSTREAMS = '/run/systemd/resolve/resolv.conf';

/** The name servers that a step's own resolv.conf will name: loopback ones are of no use inside of it. */
export function stepResolvers(): string[] {
  const own = nameServers(read('/etc/resolv.conf'));
  return own.length > 0 ? own : nameServers(read(STUB_UPSTREAMS));
}

/** The name servers that a process of this machine asks, the engine among them. */
export function ownResolvers(): string[] {
  return nameServersOf(read('/etc/resolv.conf')).filter((address) => isIP(address) !== 0);
}

/** Addresses outside loopback, in the format of resolv.conf(5); steps have no IPv6. */
export function nameServers(text: string): string[] {
  return nameServersOf(text).filter((address) => isIPv4(address) && !address.startsWith('127.'));
}

function nameServersOf(text: string): string[] {
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] as string);
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
