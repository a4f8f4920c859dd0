import type { Socket } from 'socket.io';

/** The parts of engine.io's connection that say whether it still has to write. */
interface Connection {
  readonly readyState: string;
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    readonly writable: boolean;
    /** The WebSocket of the `ws` library. */
    readonly socket?: { readonly bufferedAmount: number; terminate(): void };
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

const buffers = new WeakMap<object, ConnectionBuffer>();

/**
 * What was sent over one connection and has not gone out yet, whatever it belongs to. Keeps a slow reader's memory bounded:
 * its logs wait until there is room, and go on from the archive.
 */
export class ConnectionBuffer {
  /** Bytes that engine.io holds; what is with the WebSocket is counted there. */
  private queuedBytes = 0;
  private isSendingLog = false;
  private readonly connection: Connection;

  /** The one buffer of a connection: the first who asks for it makes it. */
  static of(connection: Socket['conn']): ConnectionBuffer {
    const buffer = buffers.get(connection) ?? new ConnectionBuffer(connection);
    buffers.set(connection, buffer);
    return buffer;
  }

  private constructor(connection: Socket['conn']) {
    this.connection = connection as unknown as Connection;
    this.connection.on('packetCreate', ({ data }) => this.queued(data));
    this.connection.on('flush', () => {
      this.queuedBytes = 0;
    });
  }

  get bytes(): number {
    return this.queuedBytes + (this.connection.transport.socket?.bufferedAmount ?? 0);
  }

  /** Sends a part of a log by `emit` as soon as there is room for so many bytes. Nothing is sent once the signal is aborted. */
  async sendLog(bytes: number, signal: AbortSignal, emit: () => void): Promise<void> {
    while (!signal.aborted && this.isWriting() && this.bytes + bytes > maxLogBytes) await this.drained(signal);
    if (signal.aborted) return;
    this.isSendingLog = true;
    try {
      emit();
    } finally {
      this.isSendingLog = false;
    }
  }

  private queued(data: unknown): void {
    this.queuedBytes += packetBytes + (typeof data === 'string' || data instanceof Uint8Array ? data.length : 0);
    if (!this.isSendingLog && this.bytes > maxBytes) this.connection.transport.socket?.terminate();
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
