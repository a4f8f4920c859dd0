/** A chain of our own and the rule of a built-in chain that leads there. */
export interface Chain {
  readonly table: 'filter' | 'nat';
  readonly name: string;
  readonly jumps: readonly Jump[];
  readonly rules: readonly (readonly string[])[];
}

export interface Jump {
  readonly from: 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';
  readonly match: readonly string[];
}

/** How all chains of ours begin, of whatever installation. */
export const CHAINS = 'COOPERAGE-';

export function chainPrefix(id: string): string {
  return `${CHAINS}${id}-`;
}

/** TCP is refused by a reset, everything else by an ICMP error: a dropped packet lets each connect hang for minutes. */
export function refuse(...match: readonly string[]): string[][] {
  return [
    [...match, '-p', 'tcp', '-j', 'REJECT', '--reject-with', 'tcp-reset'],
    [...match, '-j', 'REJECT'],
  ];
}
