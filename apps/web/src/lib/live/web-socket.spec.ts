import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WireSocket } from './web-socket';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Limits {
  readonly pingInterval?: number;
  readonly pingTimeout?: number;
}

/** A server of the library itself, which says what its protocol is. */
async function aServer(limits: Limits = {}) {
  const http = createServer();
  const server = new Server(http, { path: '/api/live', transports: ['websocket'], serveClient: false, ...limits });
  const live = server.of('/live');
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  closers.push(() => server.close());
  const { port } = http.address() as AddressInfo;
  const page = new WireSocket({ url: `ws://127.0.0.1:${port}/api/live/`, namespace: '/live' });
  closers.push(async () => page.disconnect());
  return { live, page };
}

/** What a page was told of one event. */
function heard(page: WireSocket, event: string) {
  const listener = vi.fn();
  page.on(event, listener);
  return listener;
}

async function connected(page: WireSocket, onServer: ReturnType<Server['of']>): Promise<Socket> {
  const arrived = new Promise<Socket>((resolve) => void onServer.once('connection', resolve));
  const told = heard(page, 'connect');
  page.connect();
  const socket = await arrived;
  await expect.poll(() => told).toHaveBeenCalledTimes(1);
  return socket;
}

describe('WireSocket, against a server of the library', () => {
  it('connects, and receives events with objects, text beyond ASCII and bytes, in their order', async () => {
    const { live, page } = await aServer();
    const order: unknown[][] = [];
    for (const event of ['log:frames', 'build:changed'])
      page.on(event, (...values: unknown[]) => order.push([event, ...values]));
    const socket = await connected(page, live);
    expect(page.connected).toBe(true);
    socket.emit('build:changed', { buildId: 'a', words: 'Größe, "12-3" 🚀' });
    socket.emit('log:frames', { nextN: 7 }, Buffer.from([0, 255, 10]), { more: Buffer.from('x').length });
    socket.emit('log:frames', { nextN: 8 }, Buffer.alloc(70_000, 1), Buffer.from([5]));
    socket.emit('build:changed');
    await expect.poll(() => order).toHaveLength(4);
    expect(order[0]).toEqual(['build:changed', { buildId: 'a', words: 'Größe, "12-3" 🚀' }]);
    expect(order[1]).toEqual(['log:frames', { nextN: 7 }, new Uint8Array([0, 255, 10]).buffer, { more: 1 }]);
    expect(order[2]?.[2]).toEqual(new Uint8Array(70_000).fill(1).buffer);
    expect(order[2]?.[3]).toEqual(new Uint8Array([5]).buffer);
    expect(order[3]).toEqual(['build:changed']);
  });

  it('asks, and hands each answer to whoever asked, in whatever order they come', async () => {
    const { live, page } = await aServer();
    const socket = await connected(page, live);
    const later: ((answer: unknown) => void)[] = [];
    socket.on('builds:subscribe', (_scope: unknown, answer: (value: unknown) => void) => later.push(answer));
    const [first, second] = [vi.fn(), vi.fn()];
    page.emit('builds:subscribe', { projectId: 'one' }, first);
    page.emit('builds:subscribe', { projectId: 'two' }, second);
    await expect.poll(() => later).toHaveLength(2);
    later[1]?.({ ok: true });
    await expect.poll(() => second).toHaveBeenCalledExactlyOnceWith({ ok: true });
    expect(first).not.toHaveBeenCalled();
    later[0]?.({ ok: false, code: 'not_found' });
    await expect.poll(() => first).toHaveBeenCalledExactlyOnceWith({ ok: false, code: 'not_found' });
  });

  it('answers the pings of the server, so that it stays', async () => {
    const { live, page } = await aServer({ pingInterval: 50, pingTimeout: 10_000 });
    const socket = await connected(page, live);
    const gone = heard(page, 'disconnect');
    const answered = vi.fn();
    socket.conn.on('heartbeat', answered);
    await expect.poll(() => answered.mock.calls.length).toBeGreaterThan(3);
    expect([gone.mock.calls, socket.connected]).toEqual([[], true]);
  });

  it('tells why a handshake was refused, and can be told to try again', async () => {
    const { live, page } = await aServer();
    let refuse = true;
    live.use((_socket, next) => next(refuse ? new Error('unauthenticated') : undefined));
    const failed = heard(page, 'connect_error');
    page.connect();
    await expect.poll(() => failed).toHaveBeenCalledTimes(1);
    expect(failed.mock.calls[0]?.[0]).toEqual(new Error('unauthenticated'));
    refuse = false;
    await connected(page, live);
  });

  it('tells a connection that the server ends from one that is cut', async () => {
    const { live, page } = await aServer();
    const gone = heard(page, 'disconnect');
    (await connected(page, live)).disconnect();
    await expect.poll(() => gone).toHaveBeenLastCalledWith('io server disconnect');
    (await connected(page, live)).conn.close();
    await expect.poll(() => gone).toHaveBeenLastCalledWith('transport close');
    expect(page.connected).toBe(false);
  });

  it('says goodbye to the server, and tells nobody here about it but those who listen', async () => {
    const { live, page } = await aServer();
    const socket = await connected(page, live);
    const left = new Promise((resolve) => socket.once('disconnect', resolve));
    page.disconnect();
    await expect(left).resolves.toBe('client namespace disconnect');
  });

  it('notices that a server has gone silent', async () => {
    const { live, page } = await aServer({ pingInterval: 100, pingTimeout: 100 });
    const gone = heard(page, 'disconnect');
    const { conn } = await connected(page, live);
    // It keeps the connection and pings no more.
    clearTimeout((conn as unknown as { pingIntervalTimer: NodeJS.Timeout }).pingIntervalTimer);
    await expect.poll(() => gone).toHaveBeenCalledExactlyOnceWith('ping timeout');
  });

  it('says where nobody listens that there is no connection', async () => {
    const page = new WireSocket({ url: 'ws://127.0.0.1:9/api/live/', namespace: '/live' });
    const failed = heard(page, 'connect_error');
    page.connect();
    await expect.poll(() => failed).toHaveBeenCalledExactlyOnceWith(new Error('websocket error'));
  });
});
