import { rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** What listens on this machine's loopback, at a unix socket: containers reach it through a folder that they mount. */
export class Line {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly file: string,
  ) {}

  static async to(hostPort: string, file: string): Promise<Line> {
    const [host, port] = hostPort.split(':') as [string, string];
    const server = createServer();
    const line = new Line(server, file);
    server.on('connection', (client) => line.connect(client, createConnection({ host, port: Number(port) })));
    await new Promise<void>((resolve) => server.listen({ path: file, readableAll: true, writableAll: true }, resolve));
    return line;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    await rm(this.file, { force: true });
  }

  private connect(client: Socket, upstream: Socket): void {
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
