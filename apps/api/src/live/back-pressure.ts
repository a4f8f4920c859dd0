import type { Socket } from 'socket.io';

/** The parts of engine.io's connection that say whether it still has to write. */
interface Connection {
  readonly readyState: string;
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    readonly writable: boolean;
    once(event: 'drain', listener: () => void): unknown;
    off(event: 'drain', listener: () => void): unknown;
  };
}

/** Bytes that may wait for one viewer; beyond that, nothing more is sent until they have gone out. */
const maxWaitingBytes = 512 * 1024;

/** Keeps a slow reader's memory bounded: what was sent is counted until the connection has written all of it. */
export class BackPressure {
  private waitingBytes = 0;

  constructor(private readonly socket: Socket) {}

  /** Resolves when the viewer can take more, or the signal is aborted. @param bytes that were just sent. */
  async sent(bytes: number, signal: AbortSignal): Promise<void> {
    this.waitingBytes += bytes;
    if (this.waitingBytes < maxWaitingBytes) return;
    while (!signal.aborted && this.isWriting()) await this.drained(signal);
    this.waitingBytes = 0;
  }

  private get connection(): Connection {
    return this.socket.conn as unknown as Connection;
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
