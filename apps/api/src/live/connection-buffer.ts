import type { Place, SharedRoom } from '@cooperage/domain';
import type { Socket } from 'socket.io';
import { type WebSocketBelow, webSocketOf } from './web-socket-of.js';

/** The parts of engine.io's connection that say whether it still has to write. */
interface Connection {
  readonly readyState: string;
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    readonly writable: boolean;
    on(event: 'drain', listener: () => void): unknown;
    once(event: 'drain', listener: () => void): unknown;
    off(event: 'drain', listener: () => void): unknown;
  };
  on(event: 'packetCreate', listener: (packet: { readonly data?: unknown }) => void): unknown;
  on(event: 'flush', listener: () => void): unknown;
}

/** Bytes that may wait for one viewer. The rest of 1 MiB is for what its logs have read ahead and for announcements. */
const maxLogBytes = 512 * 1024;
/** A viewer that does not even read its announcements is cut off: it asks for everything when it comes back. */
const maxBytes = 1024 * 1024;
/** What a packet takes besides its data while it waits. */
const packetBytes = 256;
/** What a log has read ahead while it waits for its viewer. */
const readAheadBytes = 128 * 1024;
/** So long a connection that is over may take to close. */
const goodbyeMs = 1_000;

const buffers = new WeakMap<object, ConnectionBuffer>();

/**
 * What was sent over one connection and has not gone out yet, whatever it belongs to. Keeps a slow reader's memory bounded:
 * its logs wait until there is room, and go on from the archive. It counts in the room that all connections share, until the
 * connection is closed.
 */
export class ConnectionBuffer {
  /** Bytes that engine.io holds; what is with the WebSocket is counted there. */
  private queuedBytes = 0;
  private waitingLogs = 0;
  private isSendingLog = false;
  private isClosed = false;
  private readonly connection: Connection;
  private readonly webSocket: WebSocketBelow;
  private place: Place;

  /** Makes the buffer of a new connection. @param holders whom it counts for, as long as the person is not known. */
  static begin(connection: Socket['conn'], room: SharedRoom, holders: readonly string[]): void {
    buffers.set(connection, new ConnectionBuffer(connection, room, holders));
  }

  /** @throws {Error} for a connection that has none. */
  static of(connection: Socket['conn']): ConnectionBuffer {
    const buffer = buffers.get(connection);
    if (!buffer) throw new Error('the connection was not counted from its begin on');
    return buffer;
  }

  private constructor(
    connection: Socket['conn'],
    private readonly room: SharedRoom,
    holders: readonly string[],
  ) {
    this.connection = connection as unknown as Connection;
    this.webSocket = webSocketOf(connection);
    this.place = this.placeOf(holders);
    this.connection.on('packetCreate', ({ data }) => this.queued(data));
    this.connection.on('flush', () => {
      this.queuedBytes = 0;
    });
    this.connection.transport.on('drain', () => this.count());
    this.webSocket.once('close', () => {
      this.isClosed = true;
      this.count();
    });
  }

  get bytes(): number {
    return this.queuedBytes + this.webSocket.bufferedAmount;
  }

  /** From now on all of it counts for this person. */
  belongTo(userId: string): void {
    this.place.resize(0);
    this.place = this.placeOf([userId]);
    this.count();
  }

  /** Has the connection closed soon, whatever waits for it, and whether or not its other end says goodbye. */
  end(): void {
    const timer = setTimeout(() => this.webSocket.terminate(), goodbyeMs);
    this.webSocket.once('close', () => clearTimeout(timer));
  }

  /** Sends a part of a log by `emit` as soon as there is room for so many bytes. Nothing is sent once the signal is aborted. */
  async sendLog(bytes: number, signal: AbortSignal, emit: () => void): Promise<void> {
    if (this.isFull(bytes)) await this.waitForRoom(bytes, signal);
    if (signal.aborted) return;
    this.isSendingLog = true;
    try {
      emit();
    } finally {
      this.isSendingLog = false;
    }
  }

  private placeOf(holders: readonly string[]): Place {
    return this.room.place(holders, () => this.webSocket.terminate());
  }

  private count(): void {
    this.place.resize(this.isClosed ? 0 : this.bytes + this.waitingLogs * readAheadBytes);
  }

  private queued(data: unknown): void {
    this.queuedBytes += packetBytes + (typeof data === 'string' || data instanceof Uint8Array ? data.length : 0);
    this.count();
    if (!this.isSendingLog && this.bytes > maxBytes) this.webSocket.terminate();
  }

  private isFull(bytes: number): boolean {
    return this.isWriting() && this.bytes + bytes > maxLogBytes;
  }

  private async waitForRoom(bytes: number, signal: AbortSignal): Promise<void> {
    this.waitingLogs++;
    this.count();
    while (!signal.aborted && this.isFull(bytes)) await this.drained(signal);
    this.waitingLogs--;
    this.count();
  }

  private isWriting(): boolean {
    const { readyState, transport, writeBuffer } = this.connection;
    return readyState === 'open' && (!transport.writable || writeBuffer.length > 0);
  }

  private drained(signal: AbortSignal): Promise<void> {
    const { transport } = this.connection;
    return new Promise((resolve) => {
      const done = (): void => {
        transport.off('drain', done);
        signal.removeEventListener('abort', done);
        // The transport becomes writable in the same turn, behind this event.
        setImmediate(resolve);
      };
      transport.once('drain', done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
