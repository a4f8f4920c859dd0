import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { SharedRoom } from '@cooperage/domain';
import { Server, type Socket } from 'socket.io';
import { type Socket as ClientSocket, io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionBuffer } from './connection-buffer.js';
import { webSocketOf } from './web-socket-of.js';

const mebibyte = 1024 * 1024;
const frameBytes = 64 * 1024;
const maxRoomBytes = 3.3 * mebibyte;

interface Page {
  readonly client: ClientSocket;
  readonly viewer: Socket;
  readonly buffer: ConnectionBuffer;
}

let http: HttpServer;
let server: Server;
let room: SharedRoom;
let pages: Page[];
let client: ClientSocket;
let viewer: Socket;
let buffer: ConnectionBuffer;

beforeEach(async () => {
  http = createServer().listen(0, '127.0.0.1');
  server = new Server(http, { transports: ['websocket'], perMessageDeflate: false });
  room = new SharedRoom(maxRoomBytes);
  server.engine.on('connection', (connection: Socket['conn']) =>
    ConnectionBuffer.begin(connection, room, ['an address']),
  );
  await once(http, 'listening');
  pages = [];
  ({ client, viewer, buffer } = await open('ada'));
});
afterEach(async () => {
  for (const page of pages) {
    page.client.disconnect();
    // Who reads nothing does not answer a goodbye.
    webSocketOf(page.viewer.conn).terminate();
  }
  await server.close();
});

async function open(person: string): Promise<Page> {
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const socket = io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  });
  const ours = await connected;
  const page = { client: socket, viewer: ours, buffer: ConnectionBuffer.of(ours.conn) };
  page.buffer.belongTo(person);
  pages.push(page);
  return page;
}

/** The TCP connection of the page, to stop reading from. */
const tcp = (page: ClientSocket = client) =>
  (page.io.engine.transport as unknown as { ws: { _socket: TcpSocket } }).ws._socket;

/** Sends a log as a follower does. */
async function send(log: string, frames: number): Promise<void> {
  for (let n = 0; n < frames; n++) {
    const bytes = randomBytes(frameBytes);
    bytes.writeUInt32BE(n);
    await buffer.sendLog(bytes.length, new AbortController().signal, () => viewer.emit('frame', log, bytes));
  }
}

/**
 * A page that follows a log without an end, when as much of it waits as may. Nothing leaves our end of its connection: what the
 * kernel would still take for a reader changes nothing here.
 */
async function stalled(person: string): Promise<Page> {
  const page = await open(person);
  await new Promise((resolve) => page.client.once('connect', () => resolve(undefined)));
  page.viewer.request.socket.cork();
  void follow(page, Number.POSITIVE_INFINITY);
  await expect.poll(() => !page.viewer.connected || page.buffer.bytes > 6 * frameBytes).toBe(true);
  return page;
}

/** Sends so many frames of a log, as long as the page is there. */
async function follow({ viewer, buffer }: Page, frames: number): Promise<void> {
  const left = new AbortController();
  viewer.once('disconnect', () => left.abort());
  const frame = Buffer.alloc(frameBytes);
  for (let n = 0; n < frames && !left.signal.aborted; n++)
    await buffer.sendLog(frame.length, left.signal, () => viewer.emit('frame', 'a log', frame));
}

describe('R-M2 what waits for one connection', () => {
  it('stays under 1 MiB while the page does not read, whatever number of logs it follows, and arrives whole', async () => {
    const logs = ['a', 'b', 'c', 'd'];
    const got = new Map(logs.map((log): [string, number[]] => [log, []]));
    client.on('frame', (log: string, bytes: Uint8Array) => got.get(log)!.push(Buffer.from(bytes).readUInt32BE()));
    await new Promise((resolve) => client.once('connect', () => resolve(undefined)));
    tcp().pause();
    let most = 0;
    let isOver = false;
    const watch = () => {
      most = Math.max(most, buffer.bytes);
      if (!isOver) setImmediate(watch);
    };
    watch();
    const frames = 128;
    const sending = Promise.all(logs.map((log) => send(log, frames)));
    // Whatever the kernel holds is full, and still most of it waits.
    await expect.poll(() => buffer.bytes, { timeout: 20_000 }).toBeGreaterThan(frameBytes);
    const before = got.get('a')!.length;
    tcp().resume();
    await sending;
    isOver = true;
    await expect.poll(() => [...got.values()].map(({ length }) => length)).toEqual(logs.map(() => frames));
    for (const numbers of got.values()) expect(numbers).toEqual(Array.from({ length: frames }, (_, n) => n));
    expect(before).toBeLessThan(frames);
    expect(most).toBeLessThanOrEqual(mebibyte);
  });

  it('ends with the connection where a page does not even read announcements', async () => {
    await new Promise((resolve) => client.once('connect', () => resolve(undefined)));
    tcp().pause();
    const gone = once(viewer, 'disconnect');
    let sent = 0;
    while (viewer.connected && sent < 200 * mebibyte) {
      viewer.emit('announcement', 'x'.repeat(1_000));
      sent += 1_000;
      expect(buffer.bytes).toBeLessThanOrEqual(1.2 * mebibyte);
      if (sent % 100_000 === 0) await new Promise(setImmediate);
    }
    await gone;
  });

  it('R5-A5 ends with the connection where very many small packets wait', async () => {
    await new Promise((resolve) => client.once('connect', () => resolve(undefined)));
    const gone = once(viewer, 'disconnect');
    // All in one turn: nothing goes out meanwhile.
    for (let at = 0; at < 10_000; at++) viewer.emit('a');
    await gone;
  });

  it('is nothing for a log that was left', async () => {
    const left = new AbortController();
    left.abort();
    await buffer.sendLog(1, left.signal, () => expect.unreachable());
    expect(buffer.bytes).toBe(0);
  });
});

describe('R12B-1 what waits for all connections', () => {
  it('ends the oldest of the person with the most when there is too much of it, and nobody who reads', async () => {
    const bob = await stalled('bob');
    const eve: Page[] = [];
    for (let at = 0; at < 9; at++) eve.push(await stalled('eve'));
    const left = () => eve.map((page) => page.viewer.connected);
    // Each has more than 448 KiB, and 128 KiB that its log has read ahead.
    await expect.poll(left).toEqual([...Array(5).fill(false), ...Array(4).fill(true)]);
    expect(bob.viewer.connected).toBe(true);
    expect(room.bytes).toBeLessThanOrEqual(maxRoomBytes);
    const reader = await open('eve');
    let frames = 0;
    reader.client.on('frame', () => frames++);
    await follow(reader, 64);
    await expect.poll(() => frames).toBe(64);
    expect([reader.viewer.connected, bob.viewer.connected]).toEqual([true, true]);
  });

  it('is nothing of a connection that has closed', async () => {
    const page = await stalled('eve');
    expect(room.bytes).toBeGreaterThan(0);
    page.buffer.end();
    await expect.poll(() => [page.viewer.connected, room.bytes]).toEqual([false, 0]);
  });
});
