import pg from 'pg';
import { type Channel, channels, tellingChannels } from './channels.js';

export type OnNotification = (payload: string) => void;

/** How often the line is asked whether it still carries anything, and how long it may take to say so. Milliseconds. */
const usualPulse = { everyMs: 5_000, withinMs: 5_000 };

export interface ListenerOptions {
  /** Called when it listens again after a loss. Any role may send any notification, so none can stand for this (R17A-2). */
  readonly onReconnect?: () => void;
  readonly pulse?: typeof usualPulse;
}

/**
 * Listens to notifications over one connection of its own and connects again when that breaks. Notifications in between are lost, so
 * what depends on them has to look at the tables after each (re)connect: handlers that are only woken are called once then, with an empty
 * payload. For those of {@link tellingChannels} there is `onReconnect`.
 */
export class Listener {
  private client: pg.Client | undefined;
  private closed = false;
  private hasListened = false;
  private retryMs = 100;
  private timer: NodeJS.Timeout | undefined;
  private asking: NodeJS.Timeout | undefined;

  constructor(
    private readonly url: string,
    private readonly handlers: Partial<Record<Channel, OnNotification>>,
    private readonly onError: (error: Error) => void,
    private readonly options: ListenerOptions = {},
  ) {}

  private get pulse() {
    return this.options.pulse ?? usualPulse;
  }

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
    for (const name of this.names()) if (!tellingChannels.has(name)) this.handlers[name]?.('');
    if (this.hasListened) this.options.onReconnect?.();
    this.hasListened = true;
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
    for (const name of this.names()) {
      const isEmpty = payload === '' && tellingChannels.has(name);
      if (channels[name] === channel && !isEmpty) this.handlers[name]?.(payload);
    }
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
