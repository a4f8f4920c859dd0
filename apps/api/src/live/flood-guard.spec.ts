import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, type Socket as TcpSocket } from 'node:net';
import { SharedRoom } from '@cooperage/domain';
import { Server, type Socket } from 'socket.io';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { frameOf } from '../../spec/web-socket-frames.js';
import { guardConnections } from './guard-connections.js';
import { liveOptions } from './live-options.js';

/** The packet of engine.io that asks for nothing. */
const noop = '6';
const origin = 'http://live.test';

let http: HttpServer;
let server: Server;
let clients: TcpSocket[];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  clients = [];
  http = createServer().listen(0, '127.0.0.1');
  // Nothing but what is sent ends a connection.
  server = new Server(http, { ...liveOptions(origin, () => 0, 100), connectTimeout: 600_000 });
  guardConnections(server, new SharedRoom(1_000_000));
  await once(http, 'listening');
});
afterEach(async () => {
  vi.useRealTimers();
  for (const client of clients) client.destroy();
  await server.close();
});

/** A WebSocket without a session. `more` is sent with the handshake. */
async function open(query = '', more: Uint8Array = Buffer.alloc(0)) {
  const made = new Promise<Socket['conn']>((resolve) => void server.engine.once('connection', resolve));
  const client = connect((http.address() as AddressInfo).port, '127.0.0.1');
  clients.push(client);
  const closed = new Promise<'closed'>((resolve) => client.once('close', () => resolve('closed')));
  client.on('error', () => undefined);
  client.write(
    Buffer.concat([
      Buffer.from(
        `GET /api/live/?EIO=4&transport=websocket${query} HTTP/1.1\r\nhost: x\r\norigin: ${origin}\r\nconnection: Upgrade\r\n` +
          `upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
      ),
      more,
    ]),
  );
  const answered = new Promise<string>((resolve) => client.once('data', (data) => resolve(data.toString('latin1'))));
  const head = await Promise.race([answered, closed]);
  return { client, head, closed, made };
}

/** @returns once the server has read all that was sent, or the connection has ended */
const taken = async ({ client, closed, made }: Awaited<ReturnType<typeof open>>) => {
  const { socket } = (await made).request;
  const isRead = expect.poll(() => socket.destroyed || socket.bytesRead >= client.bytesWritten).toBe(true);
  await Promise.race([isRead, closed]);
  return socket.destroyed ? 'ended' : 'open';
};

/** What a browser sends once, or never: all of it is work for the server. */
const kinds: readonly [string, (count: number) => Buffer[]][] = [
  ['messages', (count) => Array.from({ length: count }, () => frameOf(0x81, Buffer.from(noop)))],
  ['pings', (count) => Array.from({ length: count }, () => frameOf(0x89))],
  ['R13B-2 pongs', (count) => Array.from({ length: count }, () => frameOf(0x8a))],
  [
    'R13B-2 messages of fragments',
    (count) =>
      Array.from({ length: count / 4 }, () => [
        ...[frameOf(0x01), frameOf(0x00), frameOf(0x00)],
        frameOf(0x80, Buffer.from(noop)),
      ]).flat(),
  ],
];

describe('S-099 a connection that sends without end', () => {
  it.each(kinds)('is ended by %s, and none of the rest is dealt with', async (_what, frames) => {
    const page = await open();
    const { socket } = (await page.made).transport as unknown as { readonly socket: NodeJS.EventEmitter };
    let heard = 0;
    for (const event of ['ping', 'pong', 'message']) socket.on(event, () => heard++);
    page.client.write(Buffer.concat(frames(200)));
    expect(await taken(page)).toBe('open');
    page.client.write(Buffer.concat(frames(4_000)));
    await page.closed;
    expect(heard).toBeLessThanOrEqual(200);
  });

  it('R13B-2 is ended by one message of many fragments, which wait until the last', async () => {
    const page = await open();
    page.client.write(Buffer.concat([frameOf(0x01), ...Array.from({ length: 31 }, () => frameOf(0x00))]));
    expect(await taken(page)).toBe('open');
    page.client.write(frameOf(0x00));
    await page.closed;
  });

  it('R13B-2 is ended by reads that bring no frame: what came of one waits', async () => {
    const page = await open();
    const { socket } = (await page.made).request;
    const [head, data] = [frameOf(0x81, Buffer.alloc(1_000)).subarray(0, 8), Buffer.from(noop)];
    page.client.setNoDelay().write(head);
    for (let at = 0; at < 400 && !socket.destroyed; at++) {
      page.client.write(data);
      await new Promise((resolve) => setImmediate(resolve));
      await taken(page);
    }
    await page.closed;
  });

  it('R13B-2 is ended by what it sends with the handshake', async () => {
    const { closed } = await open('', Buffer.concat(Array.from({ length: 201 }, () => frameOf(0x8a))));
    await closed;
  });

  it.each(kinds)('may send the same in a longer time: %s', async (_what, frames) => {
    const page = await open();
    for (let window = 0; window < 5; window++) {
      page.client.write(Buffer.concat(frames(200)));
      expect(await taken(page)).toBe('open');
      vi.advanceTimersByTime(10_001);
    }
  });
});

it.each(['&sid=', '&s%69d='])('R13B-2 no second WebSocket takes the place of a first: %s', async (name) => {
  const page = await open();
  const { id } = (await page.made) as unknown as { readonly id: string };
  expect((await open(`${name}${id}`)).head).toMatch(/^HTTP\/1\.1 400 /);
  expect(await taken(page)).toBe('open');
});
