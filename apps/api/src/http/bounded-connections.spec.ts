import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { boundConnections } from './bounded-connections.js';
import { boundPipelining } from './pipelined-requests.js';
import { SharedSockets } from './shared-sockets.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const head = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nhost: x\r\n${more}\r\n`;
const upgrade = head('/', 'connection: Upgrade\r\nupgrade: x\r\n');

/** A server of three connections, as behind a proxy that passes TCP on: all callers have one address. It answers all but `/waits`. */
async function full() {
  const server = createServer((request, response) => {
    if (request.url !== '/waits') response.end('ok');
  });
  server.on('upgrade', (_request, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
  let asked = 0;
  server.on('request', () => asked++);
  boundConnections(server, 3, boundPipelining(server));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  ends.push(() => server.close());
  const begun = () => asked;
  /** Opens a connection, and waits until it is answered. */
  const open = async (text: string): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port }).on('error', () => undefined);
    ends.push(() => socket.destroy());
    socket.write(text);
    const before = begun();
    if (text === head('/waits')) await expect.poll(begun).toBe(before + 1);
    else await Promise.race([once(socket, 'data'), once(socket, 'close')]);
    return socket;
  };
  return { open };
}

const closed = (sockets: readonly Socket[]) => sockets.map((socket) => socket.closed);

describe('R15A-4 a server that is full with connections of one address', () => {
  it('lets the next one in, and ends the oldest of those that wait for nothing', async () => {
    const { open } = await full();
    const sockets = [await open(head('/waits')), await open(head('/')), await open(head('/'))];
    sockets.push(await open(head('/')));
    await expect.poll(() => closed(sockets)).toEqual([false, true, false, false]);
    sockets.push(await open(head('/')));
    await expect.poll(() => closed(sockets)).toEqual([false, true, true, false, false]);
  });

  it('refuses the next one where all of them are in use: by a request, or by what took the connection over', async () => {
    const { open } = await full();
    const sockets = [await open(upgrade), await open(head('/waits')), await open(upgrade)];
    sockets.push(await open(head('/')));
    await expect.poll(() => closed(sockets)).toEqual([false, false, false, true]);
  });
});

describe('R15A-4 sockets that share their number', () => {
  it('are looked at a few at a time for one that is idle, and all have their turn', () => {
    let looks = 0;
    const idle = new PassThrough();
    const isIdle = (socket: unknown) => {
      looks++;
      return socket === idle;
    };
    const sockets = new SharedSockets({ total: 2_000, isIdle });
    for (let count = 1; count < 2_000; count++) sockets.add(new PassThrough(), '192.0.2.1');
    sockets.add(idle, '192.0.2.1');
    const added = Array.from({ length: 4 }, () => sockets.add(new PassThrough(), '192.0.2.1'));
    expect([added, idle.destroyed]).toEqual([[false, false, false, true], true]);
    expect(looks).toBe(2_000);
  });

  it('are as many of each address as it may have, also where its site has more', () => {
    const sockets = new SharedSockets({ total: 10, perAddress: 3 });
    const address = (network: number) => `2001:db8:0:${network}::1`;
    const added = [1, 1, 2, 2, 1, 1, 2, 2].map((network) => sockets.add(new PassThrough(), address(network)));
    expect(added).toEqual([true, true, true, true, true, false, true, false]);
  });
});
