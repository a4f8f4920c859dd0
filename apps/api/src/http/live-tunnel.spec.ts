import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { addLiveTunnel } from './live-tunnel.js';

const sockets: Socket[] = [];
/** Our ends of connections to the tunnel, in their order. */
let callers: Socket[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  callers = [];
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A tunnel behind one trusted proxy, to a live process that takes every handshake. */
async function tunnel(maxSocketsPerAddress: number, maxSockets = 100): Promise<(address: string) => Promise<string>> {
  const live = createServer().on('upgrade', (_request, socket) => {
    sockets.push(socket as Socket);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
  });
  const liveUrl = `http://127.0.0.1:${await listening(live)}`;
  const server = createServer();
  addLiveTunnel(server, {
    liveUrl,
    trustProxy: 1,
    maxSockets,
    maxSocketsPerAddress,
    logger: { warn: () => undefined } as never,
  });
  const port = await listening(server);
  return async (address) => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    callers.push(socket);
    const head = 'GET /api/live/ HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket';
    socket.write(`${head}\r\nx-forwarded-for: ${address}\r\n\r\n`);
    const [data] = (await once(socket, 'data')) as [Buffer];
    return data.toString('latin1').split(' ')[1]!;
  };
}

describe('the tunnel to the live process', () => {
  it('S-101 R-M2 takes so many sockets of one address, and still those of others', async () => {
    const open = await tunnel(2);
    expect([await open('192.0.2.1'), await open('192.0.2.1'), await open('192.0.2.1')]).toEqual(['101', '101', '503']);
    expect(await open('192.0.2.2')).toBe('101');
  });

  it('S-101 R-M2 counts an IPv6 network as one address', async () => {
    const open = await tunnel(2);
    expect([await open('2001:db8::1'), await open('2001:db8::2'), await open('2001:db8::3')]).toEqual([
      '101',
      '101',
      '503',
    ]);
    expect(await open('2001:db8:0:1::1')).toBe('101');
  });

  it('R3-N8 lets the oldest socket of the site with the most give way where it is full', async () => {
    const open = await tunnel(2, 4);
    const site = ['2001:db8:0:1::1', '2001:db8:0:2::1', '2001:db8:0:3::1'];
    for (const address of [...site, '192.0.2.1']) expect(await open(address)).toBe('101');
    expect(await open('2001:db8:0:4::1')).toBe('503');
    expect(await open('192.0.2.2')).toBe('101');
    await expect.poll(() => callers[0]!.closed).toBe(true);
    expect(callers.slice(1, 4).map(({ closed }) => closed)).toEqual([false, false, false]);
    // Nobody has more than others now.
    expect(await open('192.0.2.3')).toBe('101');
    expect(await open('192.0.2.4')).toBe('503');
  });
});
