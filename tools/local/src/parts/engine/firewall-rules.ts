import { isIPv6 } from 'node:net';
import { type Chain, chainPrefix, refuse } from './chain.ts';
import { closedRanges, closedRanges6 } from './closed-ranges.ts';
import { counted, type StepConnections, stepChain, stepChains } from './step-connections.ts';

export interface BridgeNetwork extends StepConnections {
  readonly bridge: string;
  /** Name servers that steps may ask, also where they are in a closed range. */
  readonly resolvers: readonly string[];
}

/** One place that an engine may connect to although it is near; any port of it where none is named. */
export interface Place {
  readonly address: string;
  readonly port?: number;
}

export interface FetchRules {
  /** Path of the engine's own control group in the tree of version 2, for example `/cooperage-1a2b3c-engine`. */
  readonly group: string;
  readonly places: readonly Place[];
  readonly resolvers: readonly string[];
  /** What one connection may bring before it is cut. */
  readonly mostBytes: number;
}

/** Steps reach the outside and the name servers, not this machine, not its neighbours, and nobody outside reaches them. */
export function chains(id: string, network: BridgeNetwork): Chain[] {
  const { bridge, subnet } = network;
  const ofSteps = ['-i', bridge, '-j', stepChain(id)];
  const toResolvers = network.resolvers.flatMap((resolver) =>
    allowNames(resolver).flatMap((rule) => [...counted(id, network, ...rule.slice(0, -2)), rule]),
  );
  const closed = closedRanges().flatMap((range) => refuse('-i', bridge, '-d', range));
  // From outside alone: nothing that a step sends is an answer to another one.
  const answers = [
    '!',
    '-i',
    bridge,
    '-o',
    bridge,
    '-m',
    'conntrack',
    '--ctstate',
    'RELATED,ESTABLISHED',
    '-j',
    'ACCEPT',
  ];
  return [
    {
      table: 'filter',
      name: `${chainPrefix(id)}IN`,
      jumps: [{ from: 'INPUT', match: ['-i', bridge] }],
      rules: [ofSteps, ...toResolvers, ...refuse()],
    },
    {
      table: 'filter',
      name: `${chainPrefix(id)}FWD`,
      jumps: [
        { from: 'FORWARD', match: ['-i', bridge] },
        { from: 'FORWARD', match: ['-o', bridge] },
      ],
      rules: [
        answers,
        ...refuse('-o', bridge),
        ofSteps,
        ...toResolvers,
        ...closed,
        ...counted(id, network, '-i', bridge),
        ['-i', bridge, '-j', 'ACCEPT'],
      ],
    },
    {
      table: 'nat',
      name: `${chainPrefix(id)}NAT`,
      jumps: [{ from: 'POSTROUTING', match: ['-s', subnet] }],
      rules: [['-s', subnet, '!', '-o', bridge, '-j', 'MASQUERADE']],
    },
    ...stepChains(id, network),
  ];
}

/**
 * What an engine itself connects to: the outside, the name servers, and the places that it needs. Here the address counts that
 * is really connected to, whatever name, number or redirect led there; all that is this machine's own is found by its interface.
 */
export function fetchChain(id: string, version: 4 | 6, rules: FetchRules): Chain {
  const isOurs = (address: string) => isIPv6(address) === (version === 6);
  const toPlaces = rules.places.filter(({ address }) => isOurs(address)).map(allowPlace);
  const closed = version === 4 ? closedRanges() : closedRanges6();
  const received = ['--connbytes-dir', 'reply', '--connbytes-mode', 'bytes'];
  return {
    table: 'filter',
    name: `${chainPrefix(id)}OUT`,
    jumps: [{ from: 'OUTPUT', match: ['-m', 'cgroup', '--path', rules.group.replace(/^\//, '')] }],
    rules: [
      ...toPlaces,
      ...rules.resolvers.filter(isOurs).flatMap(allowNames),
      ...refuse('-o', 'lo'),
      ...closed.flatMap((range) => refuse('-d', range)),
      ...refuse('-m', 'connbytes', '--connbytes', `${rules.mostBytes}:`, ...received).slice(0, 1),
    ],
  };
}

function allowPlace({ address, port }: Place): string[] {
  const toPort = port === undefined ? [] : ['--dport', String(port)];
  return ['-d', address, '-p', 'tcp', ...toPort, '-j', 'ACCEPT'];
}

function allowNames(resolver: string): string[][] {
  return ['udp', 'tcp'].map((protocol) => ['-d', resolver, '-p', protocol, '--dport', '53', '-j', 'ACCEPT']);
}
