import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A line to the database that counts the bytes which a client sends and receives. */
export class CountedLine {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  sentBytes = 0;
  receivedBytes = 0;

  private constructor(to: URL) {
    this.server = createServer((near) => {
      const far = connect(Number(to.port), to.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => this.sockets.delete(socket));
      }
      near.on('data', ({ length }) => {
        this.sentBytes += length;
      });
      far.on('data', ({ length }) => {
        this.receivedBytes += length;
      });
      near.pipe(far).pipe(near);
    });
  }

  /** @returns the line, and the address by which the database is reached over it */
  static async open(databaseUrl: string): Promise<{ line: CountedLine; url: string }> {
    const url = new URL(databaseUrl);
    const line = new CountedLine(new URL(databaseUrl));
    await new Promise<void>((resolve) => line.server.listen(0, '127.0.0.1', resolve));
    url.port = String((line.server.address() as AddressInfo).port);
    return { line, url: url.href };
  }

  /** Counts from zero. */
  restart(): void {
    [this.sentBytes, this.receivedBytes] = [0, 0];
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
