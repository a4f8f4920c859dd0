import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Every TCP connection of a server, those that became WebSockets too: not every client answers a polite goodbye. */
export class OpenConnections {
  private readonly sockets = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /** Runs `close`, and ends for it what is still open after `graceMs`. */
  async endWith(close: () => Promise<void>, graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      for (const socket of this.sockets) socket.destroy();
    }, graceMs);
    await close().finally(() => clearTimeout(timer));
  }
}
