/** For a step: prints `found PATH` of each socket that it can see. */
export const findSockets = 'find / -path /proc -prune -o -type s -exec echo found {} + 2>/dev/null';

/** For a step: prints its capabilities for `rightsOf`. */
export const printRights = 'grep ^Cap /proc/self/status';

const bits = { netBindService: 10, netRaw: 13 };

/** Which of its five sets a step has a capability in: inheritable, permitted, effective, bounding, ambient. See capabilities(7). */
export function rightsOf(output: string): Record<keyof typeof bits, boolean[]> {
  const sets = [...output.matchAll(/^Cap(?:Inh|Prm|Eff|Bnd|Amb):\s*([0-9a-f]{16})$/gm)];
  const has = (bit: number) => sets.map(([, hex]) => ((BigInt(`0x${hex}`) >> BigInt(bit)) & 1n) === 1n);
  return { netBindService: has(bits.netBindService), netRaw: has(bits.netRaw) };
}
