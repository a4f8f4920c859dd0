import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { type Socket as ClientSocket, io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionBuffer } from './connection-buffer.js';

const mebibyte = 1024 * 1024;
const frameBytes = 64 * 1024;
const never = new AbortController().signal;

let http: HttpServer;
let server: Server;
let client: ClientSocket;
let viewer: Socket;
let buffer: ConnectionBuffer;

beforeEach(async () => {
  http = createServer().listen(0, '127.0.0.1');
  server = new Server(http, { transports: ['websocket'], perMessageDeflate: false });
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await once(http, 'listening');
  client = io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  });
  viewer = await connected;
  buffer = ConnectionBuffer.of(viewer.conn);
});
afterEach(async () => {
  client.disconnect();
  await server.close();
});

/** The TCP connection of the page, to stop reading from. */
const tcp = () => (client.io.engine.transport as unknown as { ws: { _socket: TcpSocket } }).ws._socket;

/** Sends a log as a follower does. */
async function send(log: string, frames: number, signal = never): Promise<void> {
  for (let n = 0; n < frames; n++) {
    const bytes = randomBytes(frameBytes);
    bytes.writeUInt32BE(n);
    await buffer.sendLog(bytes.length, signal, () => viewer.emit('frame', log, bytes));
  }
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
