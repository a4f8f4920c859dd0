import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../../checkout.ts';

const CLOSED_RANGES_FILE = path.join(CHECKOUT, 'deploy/network/closed-ranges.txt');

/** IPv6 of the same kind (RFC 4291, 4193, 3879), with the tunnels whose end nobody can tell (RFC 4380). */
const CLOSED_RANGES_6 = ['::/127', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8', '2001::/32'];

/** What stands before an address of version 4 inside one of version 6: IPv4-compatible, NAT64 (RFC 6052), 6to4 (RFC 3056). */
const CARRIERS = [[0, 0, 0, 0, 0, 0], [0x64, 0xff9b, 0, 0, 0, 0], [0x2002]];

/** Where neither a step nor an engine ever gets to, in CIDR form. The engines of `docker-compose.yml` read the same file. */
export function closedRanges(): string[] {
  const lines = readFileSync(CLOSED_RANGES_FILE, 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

/** With the forms of the ranges of version 4 that a gateway would turn back into them. */
export function closedRanges6(ranges: readonly string[] = closedRanges()): string[] {
  return [...CLOSED_RANGES_6, ...CARRIERS.flatMap((prefix) => ranges.map((range) => carried(prefix, range)))];
}

/** `10.0.0.0/8` behind `64:ff9b:0:0:0:0` → `64:ff9b:0:0:0:0:a00:0/104` */
function carried(prefix: readonly number[], range: string): string {
  const [address = '', bits = '32'] = range.split('/');
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const groups = [...prefix, a * 256 + b, c * 256 + d, 0, 0, 0, 0, 0].slice(0, 8);
  return `${groups.map((group) => group.toString(16)).join(':')}/${prefix.length * 16 + Number(bits)}`;
}
