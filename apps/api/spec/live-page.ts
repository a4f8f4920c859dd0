import { inflateRawSync } from 'node:zlib';
import type { ClientMessage, ClientPayload, LogFramesHead, SubscribeAnswer } from '@cooperage/contracts';
import { decodeLogEntries } from '@cooperage/domain';
import { io, type Socket } from 'socket.io-client';

export interface PageOptions {
  readonly cookie?: string;
  /** Null sends none. */
  readonly origin?: string | null;
  readonly path?: string;
}

/** A page in a browser, as far as the socket goes. */
export class LivePage {
  readonly changes: { buildId: string; status: string }[] = [];
  readonly stepChanges: { buildId: string; attempt: number }[] = [];
  readonly deliveryChanges: { projectId: string | null }[] = [];
  workerChanges = 0;
  /** How often more changed than was named. */
  everythingChanges = 0;
  text = '';
  nextN = 0;
  isComplete = false;
  lags = 0;
  /** Frames that came packed. */
  packed = 0;
  disconnected: string | undefined;

  private constructor(readonly socket: Socket) {
    socket.on('disconnect', (reason) => {
      this.disconnected = reason;
    });
    socket.on('build:changed', (change: { buildId: string; status: string }) => this.changes.push(change));
    socket.on('steps:changed', (change: { buildId: string; attempt: number }) => this.stepChanges.push(change));
    socket.on('delivery:changed', (change: { projectId: string | null }) => this.deliveryChanges.push(change));
    socket.on('workers:changed', () => this.workerChanges++);
    socket.on('everything:changed', () => this.everythingChanges++);
    socket.on('log:lagging', () => this.lags++);
    socket.on('log:complete', () => {
      this.isComplete = true;
    });
    socket.on('log:frames', (head: LogFramesHead, frames: Uint8Array) => {
      if (head.packed) this.packed++;
      const bytes = head.packed ? inflateRawSync(frames) : new Uint8Array(frames);
      for (const { data } of decodeLogEntries(bytes)) this.text += Buffer.from(data).toString();
      this.nextN = head.nextN;
    });
  }

  /** @throws {Error} whose message is what the handshake was refused with. */
  static async open(origin: string, options: PageOptions = {}): Promise<LivePage> {
    const headers = {
      ...(options.cookie !== undefined && { cookie: options.cookie }),
      ...(options.origin !== null && { origin: options.origin ?? origin }),
    };
    const socket = io(`${origin}/live`, {
      path: options.path ?? '/api/live',
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: headers,
    });
    const page = new LivePage(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', (error) => {
        socket.close();
        reject(error);
      });
    });
    return page;
  }

  /** Rejects when no answer comes. */
  ask<M extends ClientMessage>(message: M, payload: ClientPayload<M> | unknown): Promise<SubscribeAnswer> {
    return this.socket.timeout(5_000).emitWithAck(message, payload) as Promise<SubscribeAnswer>;
  }

  close(): void {
    this.socket.close();
  }
}
