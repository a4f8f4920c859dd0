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

/** The family, type and protocol of socket(2). */
const sockets = {
  unix: [1, 1, 0],
  inet: [2, 1, 0],
  route: [16, 3, 0],
  audit: [16, 3, 9],
  usersock: [16, 3, 2],
  // The kernel takes the lower 32 bits.
  'usersock in 64 bits': [16, 3, 2 ** 32 + 2],
  alg: [38, 5, 0],
  vsock: [40, 1, 0],
  tipc: [30, 1, 0],
};

/** In Debian: prints for each of `sockets` whether the step may make one, or the number of the error. */
export const makeSockets = `perl -e '$n = qx(uname -m) =~ /x86_64/ ? 41 : 198; ${Object.entries(sockets)
  .map(
    ([name, numbers]) =>
      `$r = syscall($n, ${numbers.join(', ')}); print "socket ${name}: ", $r < 0 ? "errno " . ($! + 0) : "made", "\\n";`,
  )
  .join(' ')}'`;

/**
 * In Debian: sends to each address of the step's network, in part, and prints how many neighbours the step has then, where it may
 * send without a gateway, and its addresses of IPv6.
 */
export const askNeighbours = [
  'network=$(hostname -I | cut -d . -f 1-3)',
  'for last in $(seq 1 254); do (echo >/dev/udp/$network.$last/9) 2>/dev/null; done',
  'echo neighbours $(sed 1d /proc/net/arp | wc -l)',
  'sed 1d /proc/net/route | while read -r _ network gateway _ _ _ _ mask _; do echo "route $network $gateway $mask"; done',
  'grep -v " lo$" /proc/net/if_inet6 | sed "s/^/inet6 /"',
  'echo asked',
].join('; ');
