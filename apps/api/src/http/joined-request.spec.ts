import { once } from 'node:events';
import { createServer, IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DrainingResponse } from './draining-response.js';
import { JoinedRequest } from './joined-request.js';

let server: Server<typeof JoinedRequest, typeof DrainingResponse>;
let onRequest: (request: JoinedRequest) => unknown;
let open: Socket[];

beforeEach(async () => {
  open = [];
  server = createServer(
    { IncomingMessage: JoinedRequest, ServerResponse: DrainingResponse },
    async (asked, response) => {
      await onRequest(asked);
      response.end();
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const socket of open) socket.destroy();
  server.close();
});

const port = () => (server.address() as AddressInfo).port;
const head = 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
const chunk = (length: number) => `${length.toString(16)}\r\n${'x'.repeat(length)}\r\n`;
const turn = () => new Promise((resolve) => setImmediate(resolve));

function caller(text: string): Socket {
  const socket = connect(port(), '127.0.0.1');
  open.push(socket);
  socket.on('error', () => undefined).write(text);
  return socket;
}

/** @returns when the answers to so many requests are there; rejects where the connection ends before */
function answersOf(socket: Socket, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const leave = () => reject(new Error('The connection has ended.'));
    const take = (part: Buffer) => {
      text += part;
      if (text.split('HTTP/1.1 200').length <= count) return;
      socket.off('data', take).off('close', leave);
      resolve();
    };
    socket.on('data', take).once('close', leave);
  });
}

/** Sends each part as a chunk, some of them in a turn of their own. @returns when the answer is there */
async function send(parts: readonly Buffer[], pauseEvery: number): Promise<void> {
  const call = request({ host: '127.0.0.1', port: port(), method: 'POST', agent: false });
  const answered = once(call, 'response');
  for (const [at, part] of parts.entries()) {
    if (part.length > 0) call.write(part);
    if (at % pauseEvery === 0) await turn();
  }
  call.end();
  const [response] = await answered;
  response.resume();
}

const readers: readonly [string, (asked: JoinedRequest) => Promise<Buffer>][] = [
  ['who takes what is there', async (asked) => Buffer.concat(await asked.toArray())],
  [
    'who rests after each piece',
    async (asked) => {
      const pieces: Buffer[] = [];
      for await (const piece of asked) {
        pieces.push(piece);
        await turn();
      }
      return Buffer.concat(pieces);
    },
  ],
  [
    'who begins late',
    async (asked) => {
      for (let at = 0; at < 20; at++) await turn();
      return Buffer.concat(await asked.toArray());
    },
  ],
  [
    'who passes it on',
    async (asked) => {
      const onward = new PassThrough({ highWaterMark: 100 });
      const passed = pipeline(asked, onward);
      const body = Buffer.concat(await onward.toArray());
      await passed;
      return body;
    },
  ],
  [
    'who stops and goes on',
    (asked) =>
      new Promise((resolve) => {
        const pieces: Buffer[] = [];
        asked.on('data', (piece: Buffer) => {
          pieces.push(piece);
          asked.pause();
          setImmediate(() => asked.resume());
        });
        asked.on('end', () => resolve(Buffer.concat(pieces)));
      }),
  ],
  [
    'who stands still for some time, and takes parts of a piece',
    async (asked) => {
      const pieces: Buffer[] = [];
      asked.on('readable', () => undefined);
      for (let at = 0; !asked.readableEnded; at++, await turn()) {
        const piece = at % 10 === 9 ? ((asked.read(1_000) ?? asked.read()) as Buffer | null) : null;
        if (piece) pieces.push(piece);
      }
      return Buffer.concat(pieces);
    },
  ],
];

describe('R13B-1 a request whose chunks are joined', () => {
  it.each(readers)('gives all its bytes in their order to a reader %s', async (_who, read) => {
    const lengths = fc.oneof(fc.nat(60), fc.constant(1), fc.constant(1_024), fc.nat(70_000));
    const sizes = fc.array(lengths, { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 70 }), async (lengthsOfParts, pauseEvery) => {
        const parts = lengthsOfParts.map((length, at) => Buffer.alloc(length, at % 251));
        const body = new Promise<Buffer>((resolve, reject) => {
          onRequest = (asked) => read(asked).then(resolve, reject);
        });
        await send(parts, pauseEvery);
        expect(Buffer.compare(await body, Buffer.concat(parts))).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  it('hands on the chunks of one read as one piece', async () => {
    let pieces = 0;
    const ended = new Promise<void>((resolve) => {
      onRequest = (asked) =>
        once(
          asked.on('data', () => pieces++),
          'end',
        ).then(() => resolve());
    });
    caller(`${head}${chunk(1).repeat(1_000)}0\r\n\r\n`);
    await ended;
    // The kernel may hand over the text in some reads.
    expect(pieces).toBeLessThan(20);
  });

  it('ends a connection that goes on with chunks of a few bytes, also where nobody reads them', async () => {
    for (const reads of [true, false]) {
      onRequest = (asked) => {
        if (reads) asked.resume();
        return once(asked, 'close').catch(() => undefined);
      };
      const socket = caller(`${head}${chunk(1).repeat(1_100)}`);
      await new Promise((resolve) => socket.once('close', resolve));
    }
  });

  it('takes any number of chunks of 64 bytes', async () => {
    let length = 0;
    const ended = new Promise<void>((resolve) => {
      onRequest = (asked) =>
        once(
          asked.on('data', (piece: Buffer) => (length += piece.length)),
          'end',
        ).then(() => resolve());
    });
    caller(`${head}${chunk(64).repeat(5_000)}0\r\n\r\n`);
    await ended;
    expect(length).toBe(320_000);
  });
});

/** Begins to read, and stands still until `goesOn`. */
function standsStill(): { readonly goesOn: () => void; readonly asked: Promise<JoinedRequest>; length(): number } {
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<JoinedRequest>();
  const { promise: going, resolve: goesOn } = Promise.withResolvers<void>();
  let length = 0;
  onRequest = async (now) => {
    now.once('data', () => now.pause());
    now.on('data', (piece: Buffer) => (length += piece.length));
    isAsked(now);
    await going;
    now.resume();
    await once(now, 'end').catch(() => undefined);
  };
  return { asked, goesOn: () => goesOn(), length: () => length };
}

describe('V13B-4 a reader that stands still', () => {
  it('holds few pieces, in whatever turns the chunks come', async () => {
    const push = vi.spyOn(IncomingMessage.prototype, 'push');
    const { asked } = standsStill();
    const socket = caller(head).setNoDelay();
    for (let at = 0; at < 1_000; at++) {
      socket.write(chunk(32));
      await turn();
    }
    const now = await asked;
    await expect.poll(() => now.socket.bytesRead).toBe(head.length + 1_000 * chunk(32).length);
    expect(push.mock.contexts.filter((pushed) => pushed instanceof JoinedRequest).length).toBeLessThan(10);
  });

  it('gets the rest when it goes on, also where so much waits that nothing more is read from the connection', async () => {
    const { asked, goesOn, length } = standsStill();
    const socket = caller(`${head}${chunk(40).repeat(10_000)}0\r\n\r\n`);
    const now = await asked;
    await expect.poll(() => now.readableLength).toBeGreaterThan(now.readableHighWaterMark - 20_000);
    goesOn();
    await answersOf(socket, 1);
    expect(length()).toBe(400_000);
  });

  it('gets what came meanwhile when it goes on, also while nothing more comes', async () => {
    const { asked, goesOn, length } = standsStill();
    const socket = caller(head).setNoDelay();
    const accepted = (await asked).socket;
    for (let count = 1; count <= 5; count++) {
      socket.write(chunk(32));
      await expect.poll(() => accepted.bytesRead, { interval: 1 }).toBe(head.length + count * chunk(32).length);
      await turn();
    }
    goesOn();
    await expect.poll(length).toBe(5 * 32);
  });
});

const calls = [
  ['reads', (asked: JoinedRequest) => once(asked.resume(), 'end').catch(() => undefined)],
  ['is refused before it is read', () => undefined],
] as const;

describe('V13B-1 what comes behind an answer, and on a connection', () => {
  it.each([
    ['an answer', head],
    ["Node's own answer", head.replace('host: x', 'host: x\r\nexpect: nothing')],
  ])('counts the chunks behind %s', async (_what, asked) => {
    onRequest = () => undefined;
    const socket = caller(asked);
    await once(socket, 'data');
    const more = answersOf(socket, 1);
    socket.write(`${chunk(1).repeat(1_100)}0\r\n\r\n${head}0\r\n\r\n`);
    await expect(more).rejects.toThrow();
  });

  it.each(calls)('counts the chunks of all requests of a connection: %s', async (_what, reads) => {
    onRequest = reads;
    const socket = caller('');
    const answers = async () => {
      for (let at = 0; at < 70; at++) {
        const answered = answersOf(socket, 1);
        socket.write(`${head}${chunk(1).repeat(1_000)}0\r\n\r\n`);
        await answered;
      }
    };
    await expect(answers()).rejects.toThrow();
  });

  describe.each(calls)('lets an honest client be, who %s', (_what, reads) => {
    beforeEach(() => {
      onRequest = reads;
    });

    it('sends many short bodies on one connection', async () => {
      const socket = caller('');
      for (let at = 0; at < 100; at++) {
        const answered = answersOf(socket, 1);
        // The first one uses up nearly all that a connection has.
        socket.write(`${head}${at === 0 ? chunk(1).repeat(1_020) : chunk(3).repeat(200)}0\r\n\r\n`);
        await answered;
      }
    });

    it.each([
      ['at once', ''],
      ['and waits until it may', 'expect: 100-continue\r\n'],
    ])('sends a long body in pieces of 64 bytes %s, and goes on with the connection', async (_how, more) => {
      const socket = caller(head.replace('host: x\r\n', `host: x\r\n${more}`));
      const answered = answersOf(socket, 2);
      if (more !== '') await once(socket, 'data');
      socket.write(`${chunk(64).repeat(10_000)}0\r\n\r\n${head}0\r\n\r\n`);
      await answered;
    });
  });
});
