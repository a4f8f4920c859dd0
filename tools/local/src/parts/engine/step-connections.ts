import { type Chain, chainPrefix, refuse } from './chain.ts';
import { beginningsPerSecond, type ConnectionBounds, littlePerMinute } from './connection-bounds.ts';

export interface StepConnections {
  /** For example `10.204.16.0/22`. */
  readonly subnet: string;
  /** What steps may have open; left out where this kernel cannot count connections. */
  readonly bounds?: ConnectionBounds;
}

/** The chain that each packet of a step passes first, and goes on from where it is in order. */
export function stepChain(id: string): string {
  return `${chainPrefix(id)}STEP`;
}

/** The chain of what a step may reach. What is refused for where it goes does not get here, so that it uses up nothing. */
function countChain(id: string): string {
  return `${chainPrefix(id)}COUNT`;
}

/** Before a rule that accepts packets of a step that match: counts them, where this kernel can count. */
export function counted(id: string, { bounds }: StepConnections, ...match: readonly string[]): string[][] {
  return bounds ? [[...match, '-j', countChain(id)]] : [];
}

/**
 * What keeps steps from filling the kernel's table of connections, where API, databases and SSH have theirs too. A connection that is
 * refused here gets no entry in the table. Only packets that begin one are counted.
 */
export function stepChains(id: string, network: StepConnections): Chain[] {
  const { subnet, bounds } = network;
  const begins = ['-m', 'conntrack', '--ctstate', 'NEW'];
  const full = `${chainPrefix(id)}FULL`;
  // What is begun too fast is dropped, so that it comes about a second later; what is too many is refused.
  const pace = (name: string, bound: number, ...mode: string[]) => [
    ...[...begins, '-m', 'hashlimit', '--hashlimit-name', `coop${id}${name}`, ...mode],
    ...['--hashlimit-above', `${beginningsPerSecond(bound)}/sec`, '--hashlimit-burst', String(bound)],
    ...['--hashlimit-htable-expire', '60000', '-j', 'DROP'],
  ];
  const number = (bound: number, mask: number) => [
    ...[...begins, '-m', 'connlimit', '--connlimit-above', String(bound), '--connlimit-mask', String(mask)],
    ...['-j', full],
  ];
  const bounded = bounds && [
    pace('a', bounds.each, '--hashlimit-mode', 'srcip'),
    [
      ...[...begins, '-m', 'hashlimit', '--hashlimit-name', `coop${id}l`, '--hashlimit-mode', 'srcip'],
      ...['--hashlimit-upto', `${littlePerMinute(bounds.little)}/min`, '--hashlimit-burst', String(bounds.little)],
      ...['--hashlimit-htable-expire', '120000'],
      ...['-m', 'connlimit', '--connlimit-upto', String(bounds.little), '--connlimit-mask', '32', '-j', 'RETURN'],
    ],
    pace('t', bounds.together),
    number(bounds.each, 32),
    number(bounds.together, 0),
  ];
  const chain = (name: string, rules: Chain['rules']): Chain => ({ table: 'filter', name, jumps: [], rules });
  return [
    chain(stepChain(id), [
      ['!', '-s', subnet, '-j', 'DROP'],
      // An answer to one that is out of place would end the connection that it looks like.
      ['-m', 'conntrack', '--ctstate', 'INVALID', '-j', 'DROP'],
      ['-p', 'tcp', '!', '--syn', ...begins, '-j', 'REJECT', '--reject-with', 'tcp-reset'],
    ]),
    ...(bounded ? [chain(countChain(id), bounded), chain(full, refuse())] : []),
  ];
}
