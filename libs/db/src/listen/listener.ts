import pg from 'pg';
import { type Channel, channels } from './channels.js';

export type OnNotification = (payload: string) => void;

/** How often the line is asked whether it still carries anything, and how long it may take to say so. Milliseconds. */
const usualPulse = { everyMs: 5_000, withinMs: 5_000 };

/**
 * Listens to notifications over one connection of its own and connects again when that breaks. After each (re)connect
 * every handler is called once with an empty payload, because notifications in between are lost: handlers must look at
 * the tables then.
 */
export class Listener {
  private client: pg.Client | undefined;
  private closed = false;
  private retryMs = 100;
  private timer: NodeJS.Timeout | undefined;
  private asking: NodeJS.Timeout | undefined;

  constructor(
    private readonly url: string,
    private readonly handlers: Partial<Record<Channel, OnNotification>>,
    private readonly onError: (error: Error) => void,
    private readonly pulse = usualPulse,
  ) {}

  /** Resolves when the first connection listens; later losses are mended by itself. */
  async start(): Promise<void> {
    await this.connect();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    clearInterval(this.asking);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'cooperage-listen',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      query_timeout: this.pulse.withinMs,
    });
    this.client = client;
    client.on('notification', (message) => this.deliver(message.channel, message.payload ?? ''));
    client.on('error', (error) => this.lost(client, error));
    client.on('end', () => this.lost(client, new Error('the connection ended')));
    try {
      await client.connect();
      for (const name of this.names()) await client.query(`LISTEN ${client.escapeIdentifier(channels[name])}`);
    } catch (error) {
      this.lost(client, error as Error);
      return;
    }
    this.retryMs = 100;
    this.watch(client);
    for (const name of this.names()) this.handlers[name]?.('');
  }

  /** A line that dies without a word looks like one on which nothing happens, for as long as nobody asks. */
  private watch(client: pg.Client): void {
    const ask = () => void client.query('SELECT 1').catch((error: Error) => this.lost(client, error));
    this.asking = setInterval(ask, this.pulse.everyMs).unref();
  }

  private names(): Channel[] {
    return Object.keys(this.handlers) as Channel[];
  }

  private deliver(channel: string, payload: string): void {
    for (const name of this.names()) if (channels[name] === channel) this.handlers[name]?.(payload);
  }

  private lost(client: pg.Client, error: Error): void {
    if (this.closed || this.client !== client) return;
    this.client = undefined;
    clearInterval(this.asking);
    this.onError(error);
    client.removeAllListeners();
    client.on('error', () => undefined);
    // An orderly end would wait for an answer that a dead line never brings.
    client.connection?.stream.destroy();
    this.timer = setTimeout(() => void this.connect(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, 5_000);
  }
}
