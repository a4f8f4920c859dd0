/** Where a build's steps never get to: link-local (metadata services), private and carrier-grade ranges (RFC 3927, 1918, 6598). */
const CLOSED_RANGES = ['169.254.0.0/16', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

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
  const closed = CLOSED_RANGES.flatMap((range) => refuse('-i', bridge, '-d', range));
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
