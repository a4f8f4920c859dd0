import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';

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
 * loopback and on its other addresses. `fetches` has it build a Dockerfile; how that ends does not matter. An engine on another
 * machine cannot come to loopback, and whatever does not come is taken as not reached.
 */
export async function reachesNear(fetches: (dockerfile: string) => Promise<unknown>): Promise<boolean> {
  const found = await Promise.all(ownAddresses().map((address) => Bait.at(address)));
  const baits = found.filter((bait) => bait !== null);
  try {
    // One after the other: where one of them is reached, the question is answered.
    for (const bait of baits) {
      await fetches(`FROM scratch\nADD ${bait.url} /near\n`).catch(() => {});
      if (bait.wasVisited) return true;
    }
    return false;
  } finally {
    for (const bait of baits) bait.close();
  }
}

/** An address that is bound to its link leads nowhere without the link's name. */
function ownAddresses(): string[] {
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const addresses = own.map(({ address }) => address).filter((address) => !/^fe[89ab]/i.test(address));
  return [...new Set(['127.0.0.1', ...addresses])].slice(0, mostAddresses);
}
