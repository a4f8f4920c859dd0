import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JoinedRequest } from './joined-request.js';

let server: Server<typeof JoinedRequest>;
let onRequest: (request: JoinedRequest) => unknown;
let open: Socket[];

beforeEach(async () => {
  open = [];
  server = createServer({ IncomingMessage: JoinedRequest }, async (asked, response) => {
    await onRequest(asked);
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
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
