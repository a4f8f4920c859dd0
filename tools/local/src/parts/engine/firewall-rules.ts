import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../../checkout.ts';

const CLOSED_RANGES_FILE = path.join(CHECKOUT, 'deploy/network/closed-ranges.txt');

export interface BridgeNetwork {
  readonly bridge: string;
  /** For example `10.204.17.0/24`. */
  readonly subnet: string;
  /** Name servers that steps may ask, also where they are in a closed range. */
  readonly resolvers: readonly string[];
}

/** A chain of our own and the rule of a built-in chain that leads there. */
export interface Chain {
  readonly table: 'filter' | 'nat';
  readonly name: string;
  readonly jumps: readonly Jump[];
  readonly rules: readonly (readonly string[])[];
}

export interface Jump {
  readonly from: 'INPUT' | 'FORWARD' | 'POSTROUTING';
  readonly match: readonly string[];
}

/** Where a build's steps never get to, in CIDR form. The engines of `docker-compose.yml` read the same file. */
function closedRanges(): string[] {
  const lines = readFileSync(CLOSED_RANGES_FILE, 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

export function chainPrefix(id: string): string {
  return `COOPERAGE-${id}-`;
}

/**
 * Steps reach the outside and the name servers, not this machine, not its neighbours, and nobody outside reaches them.
 * TCP is refused by a reset, everything else by an ICMP error: a dropped packet lets each connect hang for minutes.
 */
export function chains(id: string, network: BridgeNetwork): Chain[] {
  const { bridge, subnet } = network;
  const toResolvers = network.resolvers.flatMap(allowNames);
  const closed = closedRanges().flatMap((range) => refuse('-i', bridge, '-d', range));
  const answers = ['-o', bridge, '-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED', '-j', 'ACCEPT'];
  return [
    {
      table: 'filter',
      name: `${chainPrefix(id)}IN`,
      jumps: [{ from: 'INPUT', match: ['-i', bridge] }],
      rules: [...toResolvers, ...refuse()],
    },
    {
      table: 'filter',
      name: `${chainPrefix(id)}FWD`,
      jumps: [
        { from: 'FORWARD', match: ['-i', bridge] },
        { from: 'FORWARD', match: ['-o', bridge] },
      ],
      rules: [answers, ...refuse('-o', bridge), ...toResolvers, ...closed, ['-i', bridge, '-j', 'ACCEPT']],
    },
    {
      table: 'nat',
      name: `${chainPrefix(id)}NAT`,
      jumps: [{ from: 'POSTROUTING', match: ['-s', subnet] }],
      rules: [['-s', subnet, '!', '-o', bridge, '-j', 'MASQUERADE']],
    },
  ];
}

function allowNames(resolver: string): string[][] {
  return ['udp', 'tcp'].map((protocol) => ['-d', resolver, '-p', protocol, '--dport', '53', '-j', 'ACCEPT']);
}

function refuse(...match: readonly string[]): string[][] {
  return [
    [...match, '-p', 'tcp', '-j', 'REJECT', '--reject-with', 'tcp-reset'],
    [...match, '-j', 'REJECT'],
  ];
}
