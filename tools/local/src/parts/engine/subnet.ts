import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

const FIRST_BLOCK = 0x0ac80000; // 10.200.0.0
/** 1,022 addresses: as many as a bridge has ports, and each step of every build has one at the same time. */
const SUBNET_BITS = 22;
const SUBNET_SIZE = 2 ** (32 - SUBNET_BITS);
const SUBNETS = (50 * 65_536) / SUBNET_SIZE;

/**
 * A /22 of 10.200.0.0 to 10.249.252.0 that overlaps none of the taken ones, starting at a place that follows from the
 * seed so that two engines rarely ask for the same.
 * @param taken in CIDR form.
 * @throws {Error} when all overlap.
 */
export function chooseSubnet(seed: number, taken: readonly string[]): string {
  const ranges = taken.map(parseRange);
  for (let step = 0; step < SUBNETS; step++) {
    const first = FIRST_BLOCK + ((seed + step) % SUBNETS) * SUBNET_SIZE;
    const overlaps = ranges.some((range) => range.first < first + SUBNET_SIZE && first <= range.last);
    if (!overlaps) return `${formatAddress(first)}/${SUBNET_BITS}`;
  }
  throw new Error('no free network is left for the engine between 10.200.0.0 and 10.249.255.255');
}

/** `10.204.16.0/22` → `10.204.16.1/22` */
export function bridgeAddress(subnet: string): string {
  return addressIn(subnet, 1);
}

/** One address of a network, with the network's bits. */
export function addressIn(subnet: string, host: number): string {
  return `${formatAddress(parseRange(subnet).first + host)}/${subnet.split('/')[1]}`;
}

/** The networks of this machine's interfaces and routes, except those of one bridge. */
export function takenNetworks(routes: string, exceptBridge: string): string[] {
  const own = Object.entries(networkInterfaces())
    .filter(([name]) => name !== exceptBridge)
    .flatMap(([, addresses]) => addresses ?? [])
    .flatMap(({ cidr, family }) => (family === 'IPv4' && cidr ? [cidr] : []));
  const routed = routes.split('\n').filter((line) => !line.includes(` dev ${exceptBridge} `));
  return [...own, ...routed.map((line) => line.split(' ')[0] ?? '').filter(isNetwork)];
}

function isNetwork(text: string): boolean {
  return isIPv4(text.split('/')[0] ?? '');
}

function parseRange(cidr: string): { first: number; last: number } {
  const [address = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const first = Math.floor(value / size) * size;
  return { first, last: first + size - 1 };
}

function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
