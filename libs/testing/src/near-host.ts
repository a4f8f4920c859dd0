import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { services } from './services.js';

/**
 * Listens on one port of all addresses, says which, and writes a line for each connection. What is called endless never ends;
 * what is called unbounded does not say how long it is either, as a manifest that a registry makes up while it answers.
 */
const program = `
  const answer = 'HTTP/1.1 200 OK\\r\\nconnection: close\\r\\ncontent-length: ';
  const server = require('node:net').createServer((socket) => {
    console.log('asked ' + socket.localAddress);
    socket.on('error', () => {});
    socket.once('data', (head) => {
      const [method, path] = String(head).split(' ');
      const isUnbounded = path.includes('/unbounded');
      if (!isUnbounded && !path.includes('/endless')) return socket.end(answer + '4\\r\\n\\r\\nnear');
      const manifest = 'HTTP/1.1 200 OK\\r\\nconnection: close\\r\\ncontent-type: application/vnd.oci.image.manifest.v1+json\\r\\n\\r\\n';
      socket.write(isUnbounded ? manifest : answer + '1000000000000\\r\\n\\r\\n');
      if (method === 'HEAD') return socket.end();
      socket.on('close', () => console.log('sent ' + socket.bytesWritten));
      const more = () => socket.writable && socket.write(Buffer.alloc(65536), () => setImmediate(more));
      more();
    });
  });
  server.listen(0, '::', () => console.log('port ' + server.address().port));
`;

/** One address of each range that is nobody's on the internet. */
const ranges = (): string[] => [
  `169.254.${randomInt(1, 250)}.${randomInt(1, 250)}`,
  `10.${randomInt(1, 190)}.${randomInt(1, 250)}.9`,
  `172.${randomInt(20, 31)}.${randomInt(1, 250)}.9`,
  `192.168.${randomInt(1, 250)}.9`,
  `100.${randomInt(70, 120)}.${randomInt(1, 250)}.9`,
];

/**
 * Another host in a private network: a network namespace of its own behind a wire of this machine. It has an address in each
 * private range, of IPv6 too, and notes who comes. It needs root.
 */
export class NearHost {
  private readonly askedAt: string[] = [];

  private constructor(
    private readonly id: string,
    private readonly child: ChildProcess,
    readonly addresses: readonly string[],
    readonly address6: string,
    /** One that is in no closed range (RFC 5737), as a host of the internet has it. */
    readonly openAddress: string,
    readonly port: number,
  ) {}

  static async start(): Promise<NearHost> {
    const id = randomBytes(3).toString('hex');
    const net = `10.199.${randomInt(1, 250)}`;
    const [prefix6, addresses] = [`fd${id.slice(0, 2)}:${id.slice(2)}`, ranges()];
    const address6 = `${prefix6}::9`;
    const openAddress = `203.0.113.${randomInt(1, 250)}`;
    ip('netns', 'add', `near${id}`);
    ip('link', 'add', `near${id}`, 'type', 'veth', 'peer', 'name', 'near', 'netns', `near${id}`);
    ip('address', 'add', `${net}.1/30`, 'dev', `near${id}`);
    ip('-6', 'address', 'add', `${prefix6}::1/64`, 'dev', `near${id}`, 'nodad');
    ip('link', 'set', `near${id}`, 'up');
    const inside = ['-n', `near${id}`];
    for (const each of [`${net}.2/30`, ...[...addresses, openAddress].map((address) => `${address}/32`)])
      ip(...inside, 'address', 'add', each, 'dev', 'near');
    ip(...inside, '-6', 'address', 'add', `${address6}/64`, 'dev', 'near', 'nodad');
    ip(...inside, 'link', 'set', 'near', 'up');
    ip(...inside, 'route', 'add', 'default', 'via', `${net}.1`);
    for (const address of [...addresses, openAddress]) ip('route', 'add', `${address}/32`, 'via', `${net}.2`);
    const child = spawn(ipProgram(), ['netns', 'exec', `near${id}`, process.execPath, '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout! });
    const [first] = (await once(lines, 'line')) as [string];
    const host = new NearHost(id, child, addresses, address6, openAddress, Number(first.split(' ')[1]));
    lines.on('line', (line: string) => host.askedAt.push(line));
    return host;
  }

  /** `host:port` of each address. */
  get places(): string[] {
    return [...this.addresses, `[${this.address6}]`].map((address) => `${address}:${this.port}`);
  }

  /** A line for each connection that came: `asked ADDRESS`; and `sent BYTES` behind one that was answered without a bound. */
  get asked(): readonly string[] {
    return this.askedAt;
  }

  async close(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
    ip('link', 'delete', `near${this.id}`);
    ip('netns', 'delete', `near${this.id}`);
  }
}

function ipProgram(): string {
  return services().tools.ip ?? 'ip';
}

function ip(...parameters: readonly string[]): void {
  execFileSync(ipProgram(), parameters, { stdio: ['ignore', 'ignore', 'inherit'] });
}
