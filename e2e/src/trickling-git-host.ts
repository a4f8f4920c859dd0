import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A git host that accepts every request and then sends one byte a second, for as long as anybody listens. */
export class TricklingGitHost {
  private readonly timers = new Set<NodeJS.Timeout>();
  /** Requests that were accepted. */
  requests = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TricklingGitHost> {
    const server = createServer();
    const host = new TricklingGitHost(server);
    server.on('request', (_request, response) => host.trickle(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return host;
  }

  get hostPort(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private trickle(response: ServerResponse): void {
    this.requests += 1;
    response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' });
    const timer = setInterval(() => response.write('0'), 1_000);
    this.timers.add(timer);
    response.once('close', () => {
      clearInterval(timer);
      this.timers.delete(timer);
    });
  }
}
