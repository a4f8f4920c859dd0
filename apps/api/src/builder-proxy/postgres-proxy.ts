import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Logger } from '@cooperage/telemetry';
import { listenOptions } from '../http/listen.js';

export interface PostgresProxyOptions {
  /** `host:port` of the server. */
  readonly server: string;
  readonly logger: Logger;
  readonly maxConnections?: number;
}

/** What `prisma/roles.sql` gives a pool of builders: three of ten of the `max_connections` in `docker-compose.yml`. */
const connectionsOfPool = 60;

/** Between two lines of the log that say the same. */
const silenceMs = 60_000;

/**
 * Passes TCP connections of one pool's builders on to PostgreSQL, and has a bound for them. PostgreSQL counts those of a role behind
 * the password alone: whoever reached the server itself could hold all of its connections without one (R20C-3). What goes through is not read.
 */
export class PostgresProxy {
  readonly server: Server;
  private readonly open = new Set<Socket>();
  private saidAt = Number.NEGATIVE_INFINITY;

  constructor({ server, logger, maxConnections = connectionsOfPool }: PostgresProxyOptions) {
    const { hostname, port } = new URL(`tcp://${server}`);
    const upstream = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), noDelay: true, keepAlive: true };
    this.server = createServer({ noDelay: true, keepAlive: true }, (client) => {
      this.open.add(client);
      client.once('close', () => this.open.delete(client));
      // Whoever goes takes the other side along. Builders say themselves that they lost their connection.
      pipeline(client, connect(upstream), client).catch((error: unknown) => {
        logger.debug({ err: error }, 'connection to PostgreSQL was broken off');
      });
    });
    this.server.maxConnections = maxConnections;
    this.server.on('drop', () => {
      if (performance.now() - this.saidAt < silenceMs) return;
      this.saidAt = performance.now();
      logger.warn(
        { maxConnections },
        'builders of this pool have all of their connections to PostgreSQL: more are refused',
      );
    });
  }

  /** @returns its address, as `host:port` */
  async listen(at: { readonly host: string; readonly port: number }): Promise<string> {
    this.server.listen(listenOptions(at));
    await once(this.server, 'listening');
    const { address, family, port } = this.server.address() as AddressInfo;
    return `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Ends what is open: builders connect again. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const client of this.open) client.destroy();
    await closed;
  }
}
