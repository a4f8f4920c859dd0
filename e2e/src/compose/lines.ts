import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { services } from '@cooperage/testing';
import { CutProxy } from '../cut-proxy.js';
import { RegistryTap } from '../registry-tap.js';
import { standIns } from './stand-ins.js';

/** What of the installation the test looks into, past what people reach. A name is short: so is the path of a socket. */
const inner = {
  postgres: 'postgres:5432',
  redis: 'redis:6379',
  untrusted: 'redis-untrusted:6379',
  live: 'live:8081',
  registry: 'registry:5000',
};
export type InnerPart = keyof typeof inner;

/** A container with nothing but a line to what the test runs on the machine's loopback. */
const forwarder = `require('net').createServer((c) => {
  const s = require('net').connect(process.env.SOCKET); c.on('error', () => s.destroy()); s.on('error', () => c.destroy()); c.pipe(s).pipe(c);
}).listen(Number(process.env.PORT))`;

/** A container with a line back from the test to each part. */
const looker = `const net = require('net'), fs = require('fs');
for (const [name, place] of Object.entries(JSON.parse(process.env.PARTS))) {
  const file = '/lines/' + name + '.sock';
  const [host, port] = place.split(':');
  fs.rmSync(file, { force: true });
  net.createServer((c) => {
    const s = net.connect(port, host); c.on('error', () => s.destroy()); s.on('error', () => c.destroy()); c.pipe(s).pipe(c);
  }).listen(file);
}`;

/** Lines between the test and the containers. Docker's network is closed to both sides: each goes through a unix socket. */
export class Lines {
  private provider: { readonly port: string; readonly line: CutProxy } | undefined;

  private constructor(
    private readonly folder: string,
    readonly git: CutProxy,
    readonly web: CutProxy,
    readonly registry: CutProxy,
    /** Between control and the registry. */
    readonly tap: RegistryTap,
    private readonly others: Readonly<Record<InnerPart | 'mirror', CutProxy>>,
  ) {}

  /** @param address at which the machine reaches published ports */
  static async open(folder: string, address: string, gitPort: number): Promise<Lines> {
    await mkdir(folder, { recursive: true });
    const socket = (name: string) => ({ path: path.join(folder, `${name}.sock`) });
    const [host, port] = services().openRegistry.split(':') as [string, string];
    const opened = Object.keys(inner).map(
      async (name) => [name, await CutProxy.between({ port: 0, host: '127.0.0.1' }, socket(name))] as const,
    );
    const backs = Object.fromEntries(await Promise.all(opened)) as Record<InnerPart, CutProxy>;
    return new Lines(
      folder,
      await CutProxy.between(socket('git'), { host: '127.0.0.1', port: gitPort }),
      await CutProxy.alike(address),
      await CutProxy.to(address, 5000),
      // Control does not come by the proxy that is before the registry for people.
      await RegistryTap.between(socket('tap'), { host: '127.0.0.1', port: backs.registry.port }),
      {
        ...backs,
        mirror: await CutProxy.between(socket('mirror'), { host, port: Number(port) }),
      },
    );
  }

  portOf(part: InnerPart): number {
    return this.others[part].port;
  }

  /** To an OpenID provider on the machine's loopback: the address that it has for a browser leads there for our processes too. */
  async openProvider(issuer: string): Promise<void> {
    const { hostname: host, port } = new URL(issuer);
    const at = { path: path.join(this.folder, 'provider.sock') };
    this.provider = { port, line: await CutProxy.between(at, { host, port: Number(port) }) };
  }

  async close(): Promise<void> {
    const all = [this.git, this.web, this.registry, this.tap, ...Object.values(this.others)];
    await Promise.all([...all, ...(this.provider ? [this.provider.line] : [])].map((line) => line.close()));
  }

  /** Of an override for `docker-compose.yml`, the services at the other ends. */
  services(): Record<string, object> {
    const common = {
      image: standIns.NODE_IMAGE,
      volumes: [`${this.folder}:/lines`],
      init: false,
      stop_grace_period: '0s',
    };
    const line = (name: string, place: object, port = '5000') => ({
      ...common,
      command: ['node', '-e', forwarder],
      environment: { SOCKET: `/lines/${name}.sock`, PORT: port },
      ...place,
    });
    const builders = ['builder-outside', 'builder-untrusted-outside'];
    return {
      git: line('git', { networks: ['outside', ...builders] }),
      mirror: line('mirror', { networks: ['outside', ...builders, 'engine', 'engine-untrusted'] }),
      tap: line('tap', { networks: ['outside'] }),
      // Its name for the registry leads there: nothing that it is told is another.
      control: { links: ['tap:registry'] },
      ...(this.provider && { provider: line('provider', { network_mode: 'service:api' }, this.provider.port) }),
      looker: {
        ...common,
        // Its own variables would be filled in by Compose.
        command: ['node', '-e', looker],
        environment: { PARTS: JSON.stringify(inner) },
        networks: ['stores', 'images'],
      },
    };
  }
}
