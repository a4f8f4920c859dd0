import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type FreshDatabase, freshDatabase } from '@cooperage/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../database.js';
import { Listener } from './listener.js';

/** A line to the database that can die without a word, as behind a firewall that forgets it. */
class SilentLine {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  /** How often somebody said something to the database. */
  asked = 0;

  constructor(private readonly to: URL) {
    this.server = createServer((near) => {
      const far = connect(Number(to.port), to.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => this.sockets.delete(socket));
      }
      near.on('data', () => this.asked++);
      near.pipe(far).pipe(near);
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const url = new URL(this.to);
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** What is connected now carries nothing any more, and is not told; new connections work. */
  fallSilent(): void {
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('a listener', () => {
  let fresh: FreshDatabase;
  let line: SilentLine;
  let listener: Listener;
  const onBuild = vi.fn();
  const onDispatch = vi.fn();
  const onReconnect = vi.fn();
  const onError = vi.fn();
  beforeEach(async () => {
    vi.clearAllMocks();
    fresh = await freshDatabase();
    line = new SilentLine(new URL(fresh.url));
    const pulse = { everyMs: 50, withinMs: 2_000 };
    const handlers = { build: onBuild, dispatch: onDispatch };
    listener = new Listener(await line.open(), handlers, onError, { onReconnect, pulse });
    await listener.start();
    expect(onDispatch).toHaveBeenCalledExactlyOnceWith('');
  });
  afterEach(async () => {
    await listener.close();
    await line.close();
    await fresh.drop();
  });

  async function notify(channel: string, text: string): Promise<void> {
    const database = new Database({ url: fresh.url, poolSize: 1, applicationName: 'spec' });
    await database.prisma.$executeRaw`SELECT pg_notify(${channel}, ${text})`;
    await database.close();
  }

  it('notices a line that died without a word, and has its handlers look again', async () => {
    line.fallSilent();
    await expect.poll(() => onDispatch).toHaveBeenCalledTimes(2);
    await expect.poll(() => onReconnect).toHaveBeenCalledOnce();
    expect(onError).toHaveBeenCalledOnce();
    await notify('cooperage_build', 'hello');
    await expect.poll(() => onBuild).toHaveBeenCalledExactlyOnceWith('hello');
  });

  it('R17A-2 takes no notification for a loss, and drops one without a text that should have one', async () => {
    for (const channel of ['cooperage_build', 'cooperage_dispatch']) await notify(channel, '');
    await notify('cooperage_build', 'hello');
    await expect.poll(() => onBuild).toHaveBeenCalledExactlyOnceWith('hello');
    expect(onDispatch).toHaveBeenCalledTimes(2);
    expect(onReconnect).not.toHaveBeenCalled();
  });

  it('keeps a line on which nothing happens', async () => {
    const before = line.asked;
    await expect.poll(() => line.asked).toBeGreaterThan(before + 3);
    expect(onError).not.toHaveBeenCalled();
    expect(onDispatch).toHaveBeenCalledOnce();
  });
});
