import { connect, type Socket } from 'node:net';
import type { Canary } from './canary.js';

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' };

/**
 * Sees every command that Redis is given, also those of scripts and what is only announced and never kept. It speaks by itself:
 * a client that asks something beside MONITOR takes a command of somebody else for the answer.
 * https://redis.io/docs/latest/commands/monitor/
 */
export class RedisWatch {
  readonly hits: string[] = [];
  commands = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly canary: Canary,
  ) {}

  static async start(url: string, canary: Canary): Promise<RedisWatch> {
    const { hostname, port, password } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.setEncoding('latin1');
    const watch = new RedisWatch(socket, canary);
    const { promise: watching, resolve, reject } = Promise.withResolvers<void>();
    let rest = '';
    let granted = 0;
    socket.on('error', reject);
    socket.on('data', (text: string) => {
      const lines = (rest + text).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines)
        if (line.startsWith('-')) reject(new Error(line));
        else if (line !== '+OK') watch.note(line);
        else if (++granted === 2) resolve();
    });
    socket.write(`AUTH ${decodeURIComponent(password)}\r\nMONITOR\r\n`);
    await watching;
    return watch;
  }

  stop(): void {
    this.socket.destroy();
  }

  /** `+1795929973.821552 [1 127.0.0.1:42558] "set" "name" "value"`, with escapes. */
  private note(line: string): void {
    this.commands++;
    const plain = line.replaceAll(/\\(?:x([0-9a-f]{2})|(.))/g, (_, code?: string, letter = '') =>
      code === undefined ? (escapes[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
    );
    if (this.canary.isIn(Buffer.from(plain, 'latin1'))) this.hits.push(line.slice(0, 80));
  }
}
