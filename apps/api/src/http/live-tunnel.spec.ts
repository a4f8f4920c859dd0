import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { SharedRoom } from '@cooperage/domain';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addLiveTunnel } from './live-tunnel.js';

const part = Buffer.alloc(1_000_000, 'x');
const stallMs = 60_000;

const sockets: Socket[] = [];
/** Our ends of connections to the tunnel, in their order. */
let callers: Socket[] = [];
/** The tunnel's ends of them, and the ends of the live process. */
let accepted: Socket[] = [];
let peers: Socket[] = [];
const servers: Server[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const socket of sockets.splice(0)) socket.destroy();
  [callers, accepted, peers] = [[], [], []];
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

interface Bounds {
  readonly maxSocketsPerAddress?: number;
  readonly maxSockets?: number;
  readonly stallMs?: number;
  readonly roomBytes?: number;
  /** Callers keep their side open when the tunnel has ended its own. */
  readonly leavesOpen?: boolean;
}

/** A tunnel behind one trusted proxy, to a live process that takes every handshake. */
async function tunnel({
  roomBytes = 2 ** 30,
  leavesOpen = false,
  ...bounds
}: Bounds): Promise<(address: string) => Promise<string>> {
  const live = createServer().on('upgrade', (_request, socket) => {
    sockets.push(socket as Socket);
    peers.push(socket as Socket);
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
  });
  const liveUrl = `http://127.0.0.1:${await listening(live)}`;
  const server = createServer();
  addLiveTunnel(server, {
    liveUrl,
    trustProxy: 1,
    room: new SharedRoom(roomBytes),
    maxSocketsPerAddress: 100,
    ...bounds,
    logger: { warn: () => undefined } as never,
  });
  server.on('connection', (socket: Socket) => accepted.push(socket));
  const port = await listening(server);
  return async (address) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: leavesOpen });
    sockets.push(socket);
    callers.push(socket);
    socket.on('error', () => undefined);
    const head = 'GET /api/live/ HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket';
    socket.write(`${head}\r\nx-forwarded-for: ${address}\r\n\r\n`);
    const [data] = (await once(socket, 'data')) as [Buffer];
    return data.toString('latin1').split(' ')[1]!;
  };
}

/** As `expect.poll`, which would move on a clock that stands still. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

/** Sends a log that has no end, however much of it the kernel takes. */
function sendOn(peer: Socket): void {
  peer.write(part, (error) => error || sendOn(peer));
}

/** A connection on which the live process sends without an end, and whose caller reads nothing. */
async function unread(open: (address: string) => Promise<string>, address: string): Promise<Socket> {
  expect(await open(address)).toBe('101');
  const ours = accepted.at(-1)!;
  callers.at(-1)!.pause();
  sendOn(peers.at(-1)!);
  await until(() => ours.destroyed || ours.writableNeedDrain);
  return ours;
}

/** The same, and nothing leaves the tunnel from the first byte on: what the kernel would take changes nothing here. */
async function stuck(open: (address: string) => Promise<string>, address: string): Promise<Socket> {
  expect(await open(address)).toBe('101');
  const ours = accepted.at(-1)!;
  ours.cork();
  peers.at(-1)!.write(part);
  await until(() => ours.destroyed || ours.writableNeedDrain);
  return ours;
}

/** Counts the bytes that a caller reads. */
function reading(caller: Socket): { bytes: number } {
  const read = { bytes: 0 };
  caller.on('data', (data) => (read.bytes += data.length));
  return read;
}

const ended = (connections: readonly Socket[]) => connections.map(({ destroyed }) => destroyed);

describe('the tunnel to the live process', () => {
  it('S-101 R-M2 takes so many sockets of one address, and still those of others', async () => {
    const open = await tunnel({ maxSocketsPerAddress: 2 });
    expect([await open('192.0.2.1'), await open('192.0.2.1'), await open('192.0.2.1')]).toEqual(['101', '101', '503']);
    expect(await open('192.0.2.2')).toBe('101');
  });

  it('R12B-7 closes a connection that it refuses, also where the caller leaves his side open', async () => {
    const open = await tunnel({ maxSocketsPerAddress: 0, leavesOpen: true });
    expect(await open('198.51.100.1')).toBe('503');
    await expect.poll(() => accepted.at(-1)!.destroyed, { timeout: 20_000 }).toBe(true);
  });

  it('S-101 R-M2 counts an IPv6 network as one address', async () => {
    const open = await tunnel({ maxSocketsPerAddress: 2 });
    expect([await open('2001:db8::1'), await open('2001:db8::2'), await open('2001:db8::3')]).toEqual([
      '101',
      '101',
      '503',
    ]);
    expect(await open('2001:db8:0:1::1')).toBe('101');
  });

  it('R3-N8 lets the oldest socket of the site with the most give way where it is full', async () => {
    const open = await tunnel({ maxSocketsPerAddress: 2, maxSockets: 4 });
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

describe('R12B-1 what waits in a tunnel', () => {
  it('ends with it when its reader takes nothing, although it goes on sending', async () => {
    const open = await tunnel({ stallMs: 1_000 });
    const stalled = await unread(open, '192.0.2.1');
    const talking = setInterval(() => callers[0]!.write('3'), 100);
    try {
      await expect.poll(() => [stalled.destroyed, peers[0]!.destroyed]).toEqual([true, true]);
    } finally {
      clearInterval(talking);
    }
  });

  it('is passed on while its reader goes on, however slowly', async () => {
    // The clock of the tunnel stands still but where the test moves it on, so that a busy machine is no slow reader.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const open = await tunnel({ stallMs });
    const slow = await unread(open, '192.0.2.1');
    const caller = callers[0]!;
    reading(caller);
    // What is written counts what still waits, so only this says that something has left.
    let drains = 0;
    slow.on('drain', () => drains++);
    for (let round = 0; round < 4; round++) {
      vi.advanceTimersByTime(stallMs - 1);
      const before = drains;
      caller.resume();
      await until(() => slow.destroyed || drains > before);
      caller.pause();
      await until(() => slow.destroyed || slow.writableNeedDrain);
    }
    expect(slow.destroyed).toBe(false);
    const waited = () => {
      vi.advanceTimersByTime(stallMs);
      return slow.destroyed;
    };
    await until(waited);
  });

  it('counts for its address and its site, whose oldest one ends when there is too much of it', async () => {
    const open = await tunnel({ roomBytes: 3.5 * 192 * 1024 });
    const neighbour = await stuck(open, '192.0.2.1');
    const site: Socket[] = [];
    for (const network of [1, 2, 3, 4]) site.push(await stuck(open, `2001:db8:0:${network}::1`));
    await expect.poll(() => ended([neighbour, ...site])).toEqual([false, true, true, false, false]);
  });

  it('counts no more when it was read', async () => {
    const open = await tunnel({ roomBytes: 2.5 * 192 * 1024 });
    const stays = await stuck(open, '192.0.2.1');
    for (let at = 0; at < 3; at++) {
      expect(await open('192.0.2.1')).toBe('101');
      const read = reading(callers.at(-1)!);
      for (let at = 0; at < 32; at++) peers.at(-1)!.write(part);
      await expect.poll(() => read.bytes).toBe(32 * part.length);
    }
    expect(stays.destroyed).toBe(false);
  });
});

describe('V12B-6 a tunnel that the live process ends', () => {
  const opened = async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const open = await tunnel({});
    expect(await open('192.0.2.1')).toBe('101');
    return { caller: callers[0]!, ours: accepted[0]!, peer: peers[0]! };
  };

  it('V12B-6 is reset where its caller does not take the rest, so that the kernel keeps nothing', async () => {
    const { caller, ours, peer } = await opened();
    const reset = vi.spyOn(ours, 'resetAndDestroy');
    caller.pause();
    // So little that the kernel takes all of it, although nobody reads.
    peer.end(part.subarray(0, 1_000));
    await until(() => peer.destroyed);
    const waited = () => {
      vi.advanceTimersByTime(1_000);
      return ours.destroyed;
    };
    await until(waited);
    expect(reset).toHaveBeenCalledOnce();
  });

  it('V12B-6 brings the rest to a caller who reads, and ends as usual', async () => {
    const { caller, ours, peer } = await opened();
    const end = vi.fn();
    const failed = vi.fn();
    caller.on('end', end).on('error', failed);
    const read = reading(caller);
    const closed = [once(ours, 'close'), once(caller, 'close')];
    peer.end(part);
    await Promise.all(closed);
    expect(read.bytes).toBe(part.length);
    expect(end).toHaveBeenCalledOnce();
    expect(failed).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('V12B-6 counts no more while its caller has not closed his side', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const open = await tunnel({ roomBytes: 2.5 * 192 * 1024, leavesOpen: true });
    for (let at = 0; at < 4; at++) {
      expect(await open('192.0.2.1')).toBe('101');
      reading(callers[at]!);
      const heard = [once(callers[at]!, 'end'), once(peers[at]!, 'close')];
      peers[at]!.end();
      await Promise.all(heard);
    }
    expect(ended(accepted)).toEqual([false, false, false, false]);
    const waited = () => {
      vi.advanceTimersByTime(1_000);
      return !ended(accepted).includes(false);
    };
    await until(waited);
  });
});

it('R13B-4 logs nothing of a caller who goes away before the live process answers, and one line where that broke', async () => {
  const lines: unknown[] = [];
  const handshakes: Socket[] = [];
  const live = createServer().on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined);
    handshakes.push(socket as Socket);
  });
  const server = createServer();
  const logger = { warn: (line: unknown) => lines.push(line) } as never;
  const liveUrl = `http://127.0.0.1:${await listening(live)}`;
  addLiveTunnel(server, { liveUrl, trustProxy: 1, room: new SharedRoom(2 ** 30), logger });
  const port = await listening(server);
  const call = () => {
    const socket = connect({ port, host: '127.0.0.1' }).on('error', () => undefined);
    sockets.push(socket);
    socket.write('GET /api/live/ HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
    return socket;
  };
  const caller = call();
  await until(() => handshakes.length === 1);
  caller.resetAndDestroy();
  await until(() => handshakes[0]!.destroyed || handshakes[0]!.readableEnded);
  expect(lines).toEqual([]);
  const refused = once(call(), 'data');
  await until(() => handshakes.length === 2);
  handshakes[1]!.destroy();
  expect(String(await refused)).toMatch(/^HTTP\/1\.1 503 /);
  expect(lines).toHaveLength(1);
});
