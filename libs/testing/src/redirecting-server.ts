import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { services } from './services.js';

/** A server in the open world, as far as an engine can tell, that sends whoever asks to somewhere else. */
export class RedirectingServer {
  private visits = 0;

  private constructor(private readonly server: Server) {
    server.on('request', (question: IncomingMessage, answer: ServerResponse) => {
      this.visits++;
      answer.writeHead(...answerTo(question));
      answer.end();
    });
  }

  static async start(): Promise<RedirectingServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, services().reachableAddress, resolve));
    return new RedirectingServer(server);
  }

  get host(): string {
    return `${services().reachableAddress}:${this.port}`;
  }

  private get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Questions so far. */
  get asked(): number {
    return this.visits;
  }

  /** An address on it that redirects to another one, by a name of the server where one is given. */
  to(url: string, name: string = services().reachableAddress): string {
    return `http://${name}:${this.port}/to/${Buffer.from(url).toString('hex')}`;
  }

  /** An image whose registry, this one, wants a token from this address first (the registry's token authentication). */
  imageWithRealm(url: string): string {
    return `${this.host}/realm/${Buffer.from(url).toString('hex')}:latest`;
  }

  /** An image whose registry sends everybody who asks for it to another address. */
  imageElsewhere(url: string): string {
    return `${this.host}/to/${Buffer.from(url).toString('hex')}:latest`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function answerTo({ url = '' }: IncomingMessage): [number, Record<string, string>] {
  const [, kind, hex = ''] = /\/(to|realm)\/([0-9a-f]+)/.exec(url) ?? [];
  const place = Buffer.from(hex, 'hex').toString();
  if (kind === 'to') return [302, { location: place }];
  if (kind === 'realm') return [401, { 'www-authenticate': `Bearer realm="${place}",service="near"` }];
  return [200, {}];
}
