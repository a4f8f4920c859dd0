import dns, { type LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, expect, it, vi } from 'vitest';
import { listenOptions } from './listen.js';
import { createServer as createApiServer } from './server.js';

/** More than wait at a server of Node that is told nothing: 511. */
const callers = 1_500;

type LookedUp = (error: null, addresses: readonly LookupAddress[]) => void;

const open: Socket[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const socket of open.splice(0)) socket.destroy();
});

it('R-H10 keeps callers whole who connect while the process is busy: none is cut off later', async () => {
  const server = createServer();
  server.listen(listenOptions({ host: '127.0.0.1', port: 0 }));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (let count = 0; count < callers; count++)
    open.push(connect({ host: '127.0.0.1', port }).on('error', () => undefined));
  // Connections begin at the next tick. Nothing is accepted before this process looks at its sockets again.
  await new Promise((resolve) => process.nextTick(resolve));
  const mostOfMachine = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
  expect(wholeConnectionsTo(port)).toBe(Math.min(callers, mostOfMachine + 1));
  server.close();
});

it('R15A-3 listens with its one guarded server on localhost, not with a second one', async () => {
  // Many machines have 127.0.0.1 and ::1 for it, and some the first alone. Any second address shows the same.
  vi.spyOn(dns, 'lookup').mockImplementation(((name: string, _options: unknown, done: LookedUp) => {
    const addresses = name === 'localhost' ? ['127.0.0.1', '127.0.0.2'] : [name];
    done(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
  }) as never);
  const logger = createLogger({ process: 'test', level: 'silent' });
  const { instance } = createApiServer({ publicUrl: 'http://localhost', trustProxy: false }, logger);
  await instance.listen(listenOptions({ host: 'localhost', port: 0 }));
  expect(instance.addresses()).toMatchObject([{ address: '127.0.0.1' }]);
  await instance.close();
});

/** Connections on our side, by 127.0.0.1, that the kernel holds as whole. Those beyond its queue are reset after seconds of silence. */
function wholeConnectionsTo(port: number): number {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  return lines.filter((line) => {
    const [, address = '', , state] = line.trim().split(/\s+/);
    return address === local && state === '01';
  }).length;
}
