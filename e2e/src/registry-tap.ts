import { rm } from 'node:fs/promises';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, ListenOptions } from 'node:net';
import { services } from '@cooperage/testing';

/** Where in the life of one registry request a test steps in. */
export type Moment = 'before' | 'after';

/** Looks at one write of control: its number since `watch`, what it is, and when. Awaited before the road goes on. */
export type OnWrite = (write: {
  readonly number: number;
  readonly what: string;
  readonly moment: Moment;
}) => void | Promise<void>;

/**
 * An HTTP proxy in front of the registry that sees every write of a publisher, before the registry has it and after the
 * registry has done it (but its answer is not out yet). A test kills or stops control at exactly these points.
 */
export class RegistryTap {
  /** Repositories that anybody has put a manifest into. */
  readonly written = new Set<string>();
  private onWrite: OnWrite | undefined;
  private writes = 0;
  private isDown = false;
  private onPush: (() => Promise<void>) | undefined;

  private constructor(
    private readonly server: Server,
    private readonly target: { readonly host: string; readonly port: number },
  ) {
    server.on('request', (request, response) => void this.forward(request, response));
  }

  /** On a free port that engines reach too. */
  static to(hostPort: string): Promise<RegistryTap> {
    const [host = '', port = ''] = hostPort.split(':');
    return RegistryTap.between({ port: 0, host: services().reachableAddress }, { host, port: Number(port) });
  }

  /** @param at a port, or a unix socket that everybody may connect to: see `CutProxy.between` */
  static async between(
    at: ListenOptions,
    target: { readonly host: string; readonly port: number },
  ): Promise<RegistryTap> {
    const server = createServer();
    const tap = new RegistryTap(server, target);
    if (at.path !== undefined) await rm(at.path, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ ...at, readableAll: true, writableAll: true }, resolve);
    });
    return tap;
  }

  get hostPort(): string {
    return `${services().reachableAddress}:${(this.server.address() as AddressInfo).port}`;
  }

  /** Counts from 1 again. */
  watch(onWrite: OnWrite | undefined): void {
    this.writes = 0;
    this.onWrite = onWrite;
  }

  /** The next image that a builder pushes does not come through until it is let go. */
  holdNextPush(): { readonly isHeld: Promise<void>; readonly letGo: () => void } {
    const [held, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.onPush = () => {
      this.onPush = undefined;
      held.resolve();
      return free.promise;
    };
    return { isHeld: held.promise, letGo: free.resolve };
  }

  /** From now on nobody gets an answer, as if the registry were away. */
  cut(): void {
    this.isDown = true;
  }

  restore(): void {
    this.isDown = false;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const repository = /^\/v2\/(.+)\/manifests\//.exec(request.url ?? '')?.[1];
    if (repository && request.method === 'PUT') this.written.add(repository);
    if (this.isDown) {
      response.destroy();
      return;
    }
    const body = await collect(request).catch(() => null);
    if (body === null) return;
    if (repository?.startsWith('staging/') && request.method === 'PUT') await this.onPush?.();
    const write = this.writeOf(request);
    if (write) await this.onWrite?.({ ...write, moment: 'before' });
    const upstream = httpRequest({
      ...this.target,
      method: request.method,
      path: request.url,
      headers: request.headers,
    });
    upstream.on('error', () => response.destroy());
    upstream.on('response', (answer) => {
      void (async () => {
        const bytes = await collect(answer).catch(() => Buffer.alloc(0));
        if (write) await this.onWrite?.({ ...write, moment: 'after' });
        response.writeHead(answer.statusCode ?? 502, answer.headers).end(request.method === 'HEAD' ? undefined : bytes);
      })();
    });
    upstream.end(body);
  }

  /** Writes into a project's repository are a publisher's; builders write to `staging/` and `cache/` only. */
  private writeOf(request: IncomingMessage): { number: number; what: string } | null {
    const { method = 'GET', url = '' } = request;
    if (!this.onWrite || !['PUT', 'POST', 'PATCH', 'DELETE'].includes(method) || /^\/v2\/(?:staging|cache)\//.test(url))
      return null;
    this.writes += 1;
    return { number: this.writes, what: `${method} ${url.replace(/\?.*/, '')}` };
  }
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
