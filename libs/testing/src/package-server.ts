import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { services } from './services.js';

/** A server of packages, as anybody may have one: it answers every question with the same, and counts those who come. */
export class PackageServer {
  private visits = 0;

  private constructor(
    private readonly server: Server,
    private readonly address: string,
  ) {
    server.on('connection', () => this.visits++);
    server.on('request', () => this.visits++);
  }

  /** @param address of this machine, at which it listens: unless said otherwise one that engines may connect to; `0.0.0.0` is each of them */
  static async start(content: string, address = services().reachableAddress): Promise<PackageServer> {
    const server = createServer((_question, answer) => answer.end(content));
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    return new PackageServer(server, address);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** With the port. */
  get host(): string {
    return `${this.address}:${this.port}`;
  }

  /** Grows with each connection and with each question. */
  get asked(): number {
    return this.visits;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
