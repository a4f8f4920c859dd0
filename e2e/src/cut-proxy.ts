import { rm } from 'node:fs/promises';
import {
  type AddressInfo,
  createConnection,
  createServer,
  type ListenOptions,
  type Server,
  type Socket,
  type TcpNetConnectOpts,
} from 'node:net';

/** A TCP address, or the file of a unix socket. */
type Target = Pick<TcpNetConnectOpts, 'host' | 'port'> | { readonly path: string };

/** A proxy whose line a test can cut: what runs through it breaks, and new connections are refused. */
export class CutProxy {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(
    private readonly server: Server,
    private readonly target: Target,
    private readonly file: string | undefined,
  ) {
    server.on('connection', (client) => this.connect(client));
  }

  /** On a free port of loopback. */
  static to(host: string, port: number): Promise<CutProxy> {
    return CutProxy.between({ port: 0, host: '127.0.0.1' }, { host, port });
  }

  /** On a free port of loopback, to the same port elsewhere. */
  static async alike(host: string): Promise<CutProxy> {
    const target = { host, port: 0 };
    const proxy = await CutProxy.between({ port: 0, host: '127.0.0.1' }, target);
    target.port = proxy.port;
    return proxy;
  }

  /** @param at a port, or a unix socket that everybody may connect to: containers reach it through a folder that they mount */
  static async between(at: ListenOptions, target: Target): Promise<CutProxy> {
    const server = createServer();
    const proxy = new CutProxy(server, target, at.path);
    if (at.path !== undefined) await rm(at.path, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ ...at, readableAll: true, writableAll: true }, resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  restore(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
    if (this.file !== undefined) await rm(this.file, { force: true });
  }

  private connect(client: Socket): void {
    if (this.isCut) {
      client.destroy();
      return;
    }
    const upstream = createConnection(this.target);
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
