import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ListenOptions } from 'node:net';

/** Neither of the range from which a launcher takes its ports, nor of that for outgoing connections. */
const portRange = { first: 10_000, count: 10_000 };

/**
 * Ports of 127.0.0.1 on which nobody listens. Each stays free while the process that has it starts anew: the system would give those of
 * its own choice to some connection in that moment. Nor is it given a second time on this machine until this process has ended.
 */
export async function freePorts<const N extends readonly string[]>(names: N): Promise<Record<N[number], number>> {
  const taken = await Promise.all(names.map(async (name) => [name, await takePort()] as const));
  return Object.fromEntries(taken) as Record<N[number], number>;
}

async function takePort(): Promise<number> {
  for (;;) {
    const port = portRange.first + randomInt(portRange.count);
    if (!(await listens({ host: '127.0.0.1', port }, 'for a moment'))) continue;
    // An abstract name of Linux, which the kernel frees with this process.
    if (await listens({ path: `\0cooperage-test-port-${port}` }, 'to the end')) return port;
  }
}

async function listens(place: ListenOptions, howLong: 'for a moment' | 'to the end'): Promise<boolean> {
  const server = createServer().listen(place).unref();
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (isFree && howLong === 'for a moment') await new Promise((resolve) => server.close(resolve));
  return isFree;
}
