import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { BuildFailure } from '@cooperage/domain';
import type { NearReach } from '../engine.js';

/** Of this machine or container; more would only take longer. */
const mostAddresses = 8;

/** A server of this process on one of its addresses, that waits for an engine to come. */
class Bait {
  private visits = 0;

  private constructor(
    private readonly server: Server,
    private readonly host: string,
  ) {
    server.on('connection', () => this.visits++);
  }

  static async at(address: string): Promise<Bait | null> {
    const server = createServer((_question, answer) => answer.end('near'));
    const listens = new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(0, address, () => resolve(true));
    });
    if (!(await listens)) return null;
    return new Bait(server.unref(), address.includes(':') ? `[${address}]` : address);
  }

  get url(): string {
    return `http://${this.host}:${(this.server.address() as AddressInfo).port}/${randomBytes(12).toString('hex')}`;
  }

  get wasVisited(): boolean {
    return this.visits > 0;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/**
 * Whether an engine connects to what is near it when a Dockerfile asks it to fetch something there: to this process, on its
 * loopback and on its other addresses. `fetches` has it build a Dockerfile. It is refused where each of its connections is; an
 * engine that did not come in time, or that failed by something else, has shown nothing. One on another machine cannot come to
 * loopback.
 */
export async function reachesNear(fetches: (dockerfile: string) => Promise<unknown>): Promise<NearReach> {
  const found = await Promise.all(ownAddresses().map((address) => Bait.at(address)));
  const baits = found.filter((bait) => bait !== null);
  try {
    // One after the other: where one of them is reached, the question is answered.
    let allRefused = baits.length > 0;
    for (const bait of baits) {
      const isRefused = await fetches(`FROM scratch\nADD ${bait.url} /near\n`).then(() => false, isRefusal);
      if (bait.wasVisited) return 'reached';
      allRefused &&= isRefused;
    }
    return allRefused ? 'refused' : 'unknown';
  } finally {
    for (const bait of baits) bait.close();
  }
}

/** What the engine says of a connection that a rule refuses, or that there is no way for. */
function isRefusal(error: unknown): boolean {
  // The last two: an engine without IPv6 has no `::1`.
  const said =
    /connection refused|no route to host|network is unreachable|operation not permitted|permission denied|cannot assign requested address|address family not supported/i;
  return error instanceof BuildFailure && error.code === 'StepFailed' && said.test(error.message);
}

/** An address that is bound to its link leads nowhere without the link's name. */
function ownAddresses(): string[] {
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const addresses = own.map(({ address }) => address).filter((address) => !/^fe[89ab]/i.test(address));
  return [...new Set(['127.0.0.1', ...addresses])].slice(0, mostAddresses);
}
