import { type ClientPayload, type ServerMessages, type SubscribeAnswer, socketPath } from '@cooperage/contracts';
import { decodeLogEntries } from '@cooperage/domain';
import type { ApiClient } from '@cooperage/e2e';
import { io, type Socket } from 'socket.io-client';
import { demand } from '../../measure/inexact.js';
import { TickReader } from './ticks.js';

const namespace = '/live';
const timeoutMs = 60_000;

interface Requests {
  'log:subscribe': (payload: ClientPayload<'log:subscribe'>, answer: (answer: SubscribeAnswer) => void) => void;
}

/** Somebody who watches a build's log in a browser: signed in, over the public origin, by WebSocket. */
export class Viewer {
  readonly reader = new TickReader();
  private readonly socket: Socket<ServerMessages, Requests>;
  /** The whole log has arrived. */
  readonly complete: Promise<void>;

  constructor(api: ApiClient, offsetMs: number) {
    this.socket = io(api.origin + namespace, {
      path: socketPath,
      transports: ['websocket'],
      forceNew: true,
      extraHeaders: { origin: api.origin, cookie: api.cookies },
    });
    this.socket.on('log:frames', (_head, frames) => {
      const atMs = performance.now() + offsetMs;
      for (const entry of decodeLogEntries(new Uint8Array(frames)))
        if (entry.kind === 'text') this.reader.push(entry.data, atMs);
    });
    this.complete = new Promise((resolve) => this.socket.once('log:complete', () => resolve()));
  }

  async follow(buildId: string): Promise<void> {
    await this.connected();
    const answer = await this.socket.timeout(timeoutMs).emitWithAck('log:subscribe', { buildId, attempt: 1, from: 0 });
    demand(answer.ok, `the viewer was refused: ${JSON.stringify(answer)}`);
  }

  close(): void {
    this.socket.disconnect();
  }

  private async connected(): Promise<void> {
    if (this.socket.connected) return;
    await new Promise<void>((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', reject);
    });
  }
}
