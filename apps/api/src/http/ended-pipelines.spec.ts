import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, describe, expect, it } from 'vitest';
import { RegistryProxy } from '../registry-proxy/registry-proxy.js';
import { addLiveTunnel } from './live-tunnel.js';
import { createServer } from './server.js';
import { addWebProxy } from './web-proxy.js';

const logger = createLogger({ process: 'test', level: 'silent' });
/** Those of a connection that may wait behind the first one. */
const behindFirst = 31;
const [hostile, other] = ['127.0.0.2', '127.0.0.3'];
const blob = `/v2/acme/api/blobs/sha256:${'a'.repeat(64)}`;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function serverOf(listener: RequestListener) {
  const server = createHttpServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, at: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function caller(port: number, text: string, localAddress = hostile): Socket {
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  socket.on('error', () => undefined).resume();
  socket.write(text);
  ends.push(() => socket.destroy());
  return socket;
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
const last = [
  ['a CONNECT', 'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['an upgrade', 'GET /api/live/ HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n'],
] as const;

/** The API before a server of pages that answers `/long` with more than is read ahead of a reader, and has no end of it. */
async function api() {
  const long: ServerResponse[] = [];
  const web = await serverOf(({ url }, response) => {
    if (url !== '/long') return;
    long.push(response);
    response.write(Buffer.alloc(1_000_000, 'x'));
  });
  let upgrades = 0;
  web.server.on('upgrade', (_request, socket) => {
    upgrades++;
    ends.push(() => socket.destroy());
  });
  const { instance, room } = createServer({ publicUrl: 'http://localhost', trustProxy: false }, logger);
  let finished = 0;
  instance.addHook('onSend', async () => void finished++);
  instance.get('/short', { config: { access: 'public' } }, async () => 'ok');
  instance.get('/waits', { config: { access: 'public' } }, () => new Promise<never>(() => undefined));
  addWebProxy(instance, `http://${web.at}`, 'http://localhost');
  const tunnel = { liveUrl: `http://${web.at}`, trustProxy: false, room, logger } as const;
  ends.push(addLiveTunnel(instance.server, tunnel));
  await instance.listen({ host: '127.0.0.1', port: 0 });
  ends.push(() => instance.close());
  const { port } = instance.server.address() as AddressInfo;
  return { port, room, long, finished: () => finished, upgrades: () => upgrades };
}

describe.each(last)('R15A-2 requests of which %s is the last', (_name, end) => {
  it('take no room when they were answered behind one that waits', async () => {
    const { port, room, finished, upgrades } = await api();
    const socket = caller(port, get('/waits') + get('/short').repeat(behindFirst));
    await expect.poll(() => [finished(), room.bytes > behindFirst * 4_096]).toEqual([behindFirst, true]);
    socket.write(end);
    await expect.poll(() => [room.bytes, socket.closed, upgrades()]).toEqual([0, true, 0]);
  });

  it('take no room when they are answered once the connection is gone', async () => {
    const { port, room, finished, upgrades } = await api();
    const socket = caller(port, get('/waits') + get('/short').repeat(behindFirst) + end);
    await expect.poll(() => [finished(), room.bytes, socket.closed, upgrades()]).toEqual([behindFirst, 0, true, 0]);
  });

  it('give the connections to the server of the pages back', async () => {
    const { port, long } = await api();
    const socket = caller(port, get('/waits') + get('/long').repeat(behindFirst));
    await expect.poll(() => long.length).toBe(behindFirst);
    expect(long.some(({ closed }) => closed)).toBe(false);
    socket.write(end);
    await expect.poll(() => long.every(({ closed }) => closed)).toBe(true);
  });
});

it('R15A-2 transfers of the registry end where a CONNECT is behind them, and count no longer', async () => {
  const asked: ServerResponse[] = [];
  const registry = await serverOf((_request, response) => void asked.push(response));
  const bounds = { transfers: behindFirst + 1 };
  const proxy = new RegistryProxy({
    registry: { host: registry.at, insecure: true },
    trustProxy: false,
    logger,
    bounds,
  });
  ends.push(() => proxy.close());
  const port = Number(new URL(await proxy.listen({ host: '127.0.0.1', port: 0 })).port);
  const socket = caller(port, get(blob).repeat(behindFirst + 1));
  await expect.poll(() => asked.length).toBe(behindFirst + 1);
  socket.write(last[0][1]);
  await expect.poll(() => asked.every(({ closed }) => closed)).toBe(true);
  // Half of them would be most of what counts, and the next one would end the oldest.
  const others = Array.from({ length: behindFirst }, () => caller(port, get(blob), other));
  await expect.poll(() => asked.filter(({ closed }) => !closed).length).toBe(behindFirst);
  expect(others.some(({ closed }) => closed)).toBe(false);
});
