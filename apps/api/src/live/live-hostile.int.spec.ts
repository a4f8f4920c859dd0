import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld } from '../../spec/api-world.js';
import { LivePage, type PageOptions } from '../../spec/live-page.js';
import { LiveWorld } from '../../spec/live-world.js';
import type { Visitor } from '../../spec/visitor.js';
import { waitFor } from '../../spec/wait-for.js';
import { LiveGateway } from './live.gateway.js';

const maxConnections = 60;
/** Room for three connections that follow a log and read nothing. */
const maxWaitingBytes = 2_000_000;

let live: LiveWorld;
let world: ApiWorld;
let owner: Visitor;
let acme: string;

beforeAll(async () => {
  live = await LiveWorld.open({ maxConnections, maxWaitingBytes });
  ({ world, owner, acme } = live);
});
afterEach(() => live.closePages());
afterAll(() => live.close());

const open = (visitor?: Visitor, options?: PageOptions) => live.page(visitor, options);

describe('S-099 whatever a page sends', () => {
  const alive = async () =>
    expect(await (await open()).ask('builds:subscribe', { organizationId: acme })).toEqual({ ok: true });

  it('is answered, or ends that connection alone', async () => {
    const page = await open();
    const odd: unknown[] = [
      undefined,
      null,
      1,
      'x',
      [],
      {},
      { buildId: 1 },
      { organizationId: { not: null } },
      { projectId: 'x', extra: 1 },
    ];
    for (const message of ['log:subscribe', 'log:unsubscribe', 'builds:subscribe', 'builds:unsubscribe'] as const)
      for (const payload of [...odd, JSON.parse('{"__proto__":{"x":1}}')])
        expect(await page.ask(message, payload)).toEqual({ ok: false, code: 'bad_request' });
    page.socket.emit('no:such:message', 1);
    page.socket.emit('log:subscribe');
    page.socket.emit('log:subscribe', 1, 2, 3);
    await alive();
  });

  it('is bounded in number: subscriptions, and messages in a time', async () => {
    const page = await open();
    const builds = await Promise.all(Array.from({ length: 40 }, () => world.project(owner, acme)));
    // R-M2: all at once, so that each is asked for before any of them is there.
    const answers = await Promise.all(
      builds.map(({ project }) => page.ask('builds:subscribe', { projectId: project.id })),
    );
    expect(answers.filter((answer) => answer.ok)).toHaveLength(32);
    expect(answers.at(-1)).toEqual({ ok: false, code: 'too_many' });
    for (let at = 0; at < 400; at++) page.socket.emit('builds:unsubscribe', {});
    await waitFor(() => expect(page.disconnected).toBeDefined());
    await alive();
  });

  it('R-M2 is bounded in number: pages of one person, opened at once', async () => {
    const pages = await Promise.allSettled(Array.from({ length: 53 }, () => open()));
    const refused = pages.flatMap((page) => (page.status === 'rejected' ? [(page.reason as Error).message] : []));
    expect(refused).toEqual(['too_many', 'too_many', 'too_many']);
    await expect(open(live.rival)).resolves.toBeDefined();
    live.closePages();
    await waitFor(alive);
  });

  it('R12B-1 is bounded in number: connections that leave and stay', async () => {
    const sockets = await Promise.all(Array.from({ length: 40 }, () => rawWebSocket()));
    await Promise.all(
      sockets.map(async (socket) => {
        const joined = new Promise<void>((resolve) =>
          socket.on('data', (data) => data.toString('latin1').includes('40/live,') && resolve()),
        );
        socket.write(frameOf('40/live,'));
        await joined;
        socket.write(frameOf('41/live,'));
      }),
    );
    await waitFor(() => expect(sockets.filter(({ closed }) => !closed)).toEqual([]));
    await alive();
  });

  it('R12B-1 is bounded in all that waits for pages that do not read', async () => {
    const build = await world.build(live.target);
    const attempt = await live.worker.claim(build);
    const line = `${randomBytes(500).toString('hex')}\n`;
    const { sockets } = world.live!.app.get(LiveGateway).namespace;
    await waitFor(() => expect(sockets.size).toBe(0));
    for (let at = 0; at < 6; at++) {
      const page = await open();
      await page.ask('log:subscribe', { buildId: build.id, attempt: 1, from: 0 });
      webSocketOf(page)._socket.pause();
    }
    // As much as it needs, and more than two connections can have in the kernel: it takes what it likes before anything waits.
    for (let chunk = 0; chunk < 60 && sockets.size >= 4; chunk++)
      await live.worker.print(attempt, ...Array.from({ length: 1_000 }, (_, at) => `${chunk}.${at} ${line}`));
    await live.worker.finishLog(attempt);
    await waitFor(() => expect(sockets.size).toBeLessThan(4));
    const quick = await open(live.rival);
    await expect(open()).resolves.toBeDefined();
    expect(quick.disconnected).toBeUndefined();
  }, 60_000);

  it.each([
    ['a packet of an unknown type', '49'],
    ['an event without a name', '42/live,[]'],
    ['an event of a reserved name', '42/live,["connect",1]'],
    ['an event named by an object', '42/live,[{"toString":1},1]'],
    ['broken JSON', '42/live,["log:subscribe",{'],
    ['an acknowledgement nobody asked for', '43/live,999[1]'],
    ['attachments that never come', '451-/live,["x",{"_placeholder":true,"num":0}]'],
    ['a placeholder out of range', '451-/live,["x",{"_placeholder":true,"num":99}]'],
    ['a placeholder that is no number', '451-/live,["x",{"_placeholder":true,"num":"splice"}]'],
    ['ten thousand attachments', '4510000-/live,["x"]'],
    ['another namespace', '40/admin,'],
    ['a very long namespace', `40/${'x'.repeat(10_000)},`],
    ['nothing', ''],
    ['bytes', Buffer.from([0xff, 0x00, 0x80])],
  ])('%s does no harm', async (_what, packet) => {
    const page = await open();
    engineOf(page).write(packet);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await alive();
  });

  it('as raw frames that no browser would send does no harm', async () => {
    const huge = Buffer.concat([
      Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3, 4]),
      randomBytes(1_000),
    ]);
    const frames: Buffer[] = [
      Buffer.from([0x81, 0x05, 0x68, 0x65, 0x6c, 0x6c, 0x6f]),
      Buffer.from([0xc1, 0x85, 1, 2, 3, 4, 0x68, 0x65, 0x6c, 0x6c, 0x6f]),
      Buffer.from([0x83, 0x80, 0, 0, 0, 0]),
      Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]),
      Buffer.from([0x89, 0xfe, 0xff, 0xff, 0, 0, 0, 0]),
      Buffer.from([0x80, 0x80, 0, 0, 0, 0]),
      huge,
      randomBytes(5_000),
    ];
    for (const frame of frames) {
      const socket = await rawWebSocket();
      socket.write(frame);
      await new Promise((resolve) => socket.once('close', resolve));
    }
    await alive();
  });

  it('in thousands of random packets does no harm', async () => {
    const parts = [
      '4',
      '2',
      '5',
      '1',
      '0',
      '-',
      '/live,',
      '[',
      ']',
      '"',
      '{',
      '}',
      '_placeholder',
      ':',
      'true',
      ',',
      '\u0000',
      'log:subscribe',
      '\ud800',
    ];
    for (let round = 0; round < 20; round++) {
      const page = await open().catch(() => undefined);
      for (let at = 0; page && at < 150 && page.disconnected === undefined; at++) {
        const length = 1 + (randomBytes(1)[0]! % 12);
        engineOf(page).write([...randomBytes(length)].map((byte) => parts[byte % parts.length]).join(''));
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
      page?.close();
    }
    await alive();
  }, 30_000);

  describe('R5-A5 without a session', () => {
    const stranger = async () => {
      const socket = await rawWebSocket('');
      const heard: string[] = [];
      socket.on('data', (data) => heard.push(data.toString('latin1')));
      const isClosed = new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)));
      return { socket, text: () => heard.join(''), isClosed };
    };

    it.each([
      ['the main namespace', '40', '44{"message":"unauthenticated"}'],
      ['the namespace of the pages', '40/live,', '44/live,{"message":"unauthenticated"}'],
      ['one that does not exist', '40/x,', '44/x,{"message":"Invalid namespace"}'],
    ])('R5-A5 nobody joins %s, and who asks again is cut off', async (_what, packet, refusal) => {
      const { socket, text, isClosed } = await stranger();
      socket.write(frameOf(packet));
      await waitFor(() => expect(text()).toContain(refusal));
      socket.write(frameOf(packet));
      expect(await isClosed).toBe(true);
      expect(text().split(refusal)).toHaveLength(2);
      await alive();
    });

    it('R5-A5 nothing waits for a connection that asks without reading', async () => {
      const { socket, text, isClosed } = await stranger();
      socket.pause();
      for (let at = 0; at < 400; at++) socket.write(frameOf('40/x,'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.resume();
      expect(await isClosed).toBe(true);
      expect(text().split('44/x,').length).toBeLessThan(4);
      await alive();
    });
  });

  it('R5-A5 is bounded in number from the first packet on, although somebody is signed in', async () => {
    const socket = await rawWebSocket();
    let text = '';
    socket.on('data', (data) => {
      text += data.toString('latin1');
    });
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    // Words of the protocol that mean nothing here; the wish to join comes behind them.
    for (let at = 0; at < 400; at++) socket.write(frameOf('6'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.write(frameOf('40/live,'));
    await closed;
    expect(text).not.toContain('40/live,');
    await alive();
  });

  it('V12B-6 ends where a connection answers pings that it has not read', async () => {
    const socket = await rawWebSocket();
    const joined = new Promise<void>((resolve) =>
      socket.on('data', (data) => data.toString('latin1').includes('40/live,') && resolve()),
    );
    socket.write(frameOf('40/live,'));
    await joined;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const answer = () => socket.write(frameOf('3'));
    for (let at = 0; at < 3; at++) answer();
    // Without an answer it would end in any case.
    const talking = setInterval(answer, 5_000);
    await closed.finally(() => clearInterval(talking));
    await alive();
  });

  it('R13B-2 ends where a page sends pongs that nobody asked for', async () => {
    const page = await open();
    webSocketOf(page)._socket.write(Buffer.concat(Array.from({ length: 1_000 }, () => frameOf('', 0x8a))));
    await waitFor(() => expect(page.disconnected).toBeDefined());
    await alive();
  });

  it('S-100 is not compressed, even when a page offers it', async () => {
    const answer = await handshake(await dial(), 'sec-websocket-extensions: permessage-deflate\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer.toLowerCase()).not.toContain('sec-websocket-extensions');
  });

  it('R18A-1 is ended where it joined nothing and does not answer the goodbye', async () => {
    const socket = await rawWebSocket();
    let ended = false;
    socket.on('end', () => (ended = true)).resume();
    await waitFor(() => expect(ended).toBe(true), 15_000);
    socket.destroy();
  }, 20_000);

  it('S-101 not even a thousand half-open handshakes keep others out', async () => {
    const idle = await Promise.all(Array.from({ length: 300 }, dial));
    const upgraded = await Promise.all(Array.from({ length: maxConnections }, rawWebSocket));
    await expect(open()).rejects.toThrow();
    // Who joins nothing is closed after five seconds, and there is room again.
    await waitFor(alive, 15_000);
    for (const socket of [...idle, ...upgraded]) socket.destroy();
  }, 30_000);
});

/** The engine below socket.io: what it writes goes out as it is. */
function engineOf(page: LivePage): { write(packet: string | Buffer): void } {
  return { write: (packet) => webSocketOf(page).send(packet) };
}

function webSocketOf(page: LivePage): { send(data: string | Buffer): void; readonly _socket: Socket } {
  return (page.socket.io.engine.transport as unknown as { ws: ReturnType<typeof webSocketOf> }).ws;
}

function dial(): Promise<Socket> {
  const { hostname, port } = new URL(world.origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.on('error', reject);
  });
}

/** Sends the handshake of a browser. @returns the head of the answer. */
function handshake(socket: Socket, more = '', cookie = owner.cookie): Promise<string> {
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET /api/live/?EIO=4&transport=websocket HTTP/1.1\r\nhost: x\r\norigin: ${world.origin}\r\ncookie: ${cookie}\r\n` +
      `connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n${more}\r\n`,
  );
  return new Promise((resolve) => socket.once('data', (data) => resolve(data.toString('latin1'))));
}

async function rawWebSocket(cookie?: string): Promise<Socket> {
  const socket = await dial();
  await handshake(socket, '', cookie);
  return socket;
}

/** A short text as a browser sends it; its mask changes nothing. */
function frameOf(text: string, first = 0x81): Buffer {
  return Buffer.concat([Buffer.from([first, 0x80 + text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}
