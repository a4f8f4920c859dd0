import { IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addIntakeRoute } from '../hooks/intake.routes.js';
import { addRegistryTokenRoutes } from '../registry-token/registry-token.routes.js';
import { createServer } from './server.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const create = () => createServer({ publicUrl: 'http://localhost', trustProxy: false }, logger).instance;
/** What the body of one connection counts. A stream that nobody reads takes it, and so does the shortest limit. */
const bodyBytes = 15_000;
const connections = 32;
/** Memory for each byte, not that of the allocator. Where each chunk was an object it was 15. */
const mostHeld = 8;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let api: ReturnType<typeof create>;
let callers: Socket[];
let accepted: Socket[];

beforeEach(async () => {
  [callers, accepted] = [[], []];
  api = create();
  api.server.on('connection', (socket: Socket) => accepted.push(socket));
  addIntakeRoute(api, { receive: () => Promise.reject(new Error('not whole')), hasProven: () => false }, logger);
  addRegistryTokenRoutes(api, { logger } as never);
  api.post('/api/json', { config: { access: 'public' } }, async () => 'read');
  const preParsing = () => new Promise<never>(() => undefined);
  api.post('/api/waits', { config: { access: 'public' }, preParsing }, async () => 'read');
  await api.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  for (const socket of callers) socket.destroy();
  await api.close();
});

const turn = () => new Promise((resolve) => setImmediate(resolve));
const chunk = (length: number) => Buffer.from(`${length.toString(16)}\r\n${' '.repeat(length)}\r\n`);

async function memory(): Promise<number> {
  // The memory behind a buffer is given back some time after the buffer itself.
  for (let round = 0; round < 2; round++) {
    collect();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Counts the pieces that requests have for their readers, and those that somebody still holds. */
function notePieces(): { count(): number; held(): number; stop(): void } {
  let [count, gone] = [0, 0];
  const registry = new FinalizationRegistry(() => gone++);
  const { push } = IncomingMessage.prototype;
  IncomingMessage.prototype.push = function (piece: unknown, ...more) {
    if (piece instanceof Buffer) {
      count++;
      registry.register(piece, undefined);
    }
    return push.call(this, piece, ...more);
  };
  return {
    count: () => count,
    held: () => count - gone,
    stop: () => {
      IncomingMessage.prototype.push = push;
    },
  };
}

interface Sent {
  readonly path: string;
  readonly type: string;
  readonly text: Buffer;
  readonly writeBytes: number;
}

/** Opens connections, and begins a request on each. @returns what sends a body that does not end, when all of it is there */
async function begin(count: number, { path, type, text, writeBytes }: Sent): Promise<() => Promise<void>> {
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`;
  const { port } = api.server.address() as AddressInfo;
  for (let at = 0; at < count; at++) {
    // Requests of one address are limited to 16 at once.
    const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${10 + (at % 16)}` });
    callers.push(socket.on('error', () => undefined).setNoDelay());
    socket.write(head);
  }
  await expect.poll(() => accepted.filter(({ bytesRead }) => bytesRead === head.length).length).toBe(count);
  return async () => {
    for (let at = 0; at < text.length; at += writeBytes) {
      for (const socket of callers) if (socket.writable) socket.write(text.subarray(at, at + writeBytes));
      await turn();
    }
    const isThere = (socket: Socket) => socket.destroyed || socket.bytesRead === head.length + text.length;
    await expect.poll(() => accepted.every(isThere), { timeout: 20_000 }).toBe(true);
  };
}

/** One that has ended holds nothing, and would prove nothing. */
function expectAllOpen(): void {
  expect(accepted.some(({ destroyed, readable }) => destroyed || !readable)).toBe(false);
  expect(callers.some(({ destroyed, bytesRead }) => destroyed || bytesRead > 0)).toBe(false);
}

const json = 'application/json';
const routes = [
  ['a webhook', '/api/v1/hooks/01890f3e-0000-7000-8000-000000000000', json],
  ['JSON', '/api/json', json],
  ['a form of the registry', '/api/v1/registry/token', 'application/x-www-form-urlencoded'],
  ['a body that nobody reads yet', '/api/waits', json],
] as const;
/** As many as may be short before their connection is reset, and some less. */
const shortChunks = 1_000;
const inShortChunks = (length: number) => Buffer.concat(Array.from({ length: shortChunks }, () => chunk(length)));

describe('R13B-1 the memory of bodies', () => {
  it.each(routes)('is about what is counted of them: %s', async (_what, path, type) => {
    const text = inShortChunks(bodyBytes / shortChunks);
    const send = await begin(connections, { path, type, text, writeBytes: text.length });
    const before = await memory();
    await send();
    const held = (await memory()) - before;
    expectAllOpen();
    expect(held / (connections * bodyBytes)).toBeLessThan(mostHeld);
  });

  // Webhooks are in `receive-body.spec.ts`.
  it.each([
    ['JSON', '/api/json', 500],
    ['a body that nobody reads yet', '/api/waits', 0],
  ])('is that of a few pieces, also of chunks in packets of their own: %s', async (_what, path, leastPieces) => {
    const count = 16;
    const send = await begin(count, { path, type: json, text: inShortChunks(1), writeBytes: chunk(1).length });
    const pieces = notePieces();
    try {
      await send();
      expect(pieces.count()).toBeGreaterThanOrEqual(count * leastPieces);
      await expect.poll(async () => (await memory()) && pieces.held()).toBeLessThan((count * shortChunks) / 10);
      expectAllOpen();
    } finally {
      pieces.stop();
    }
  });

  it('V13B-1 counts the chunks behind a 404 as well', async () => {
    const { port } = api.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    callers.push(socket);
    const answers: string[] = [];
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('data', (text) => answers.push(String(text).slice(0, 12)));
    const head = 'POST /api/nothing HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
    socket.write(head);
    await expect.poll(() => answers).toEqual(['HTTP/1.1 404']);
    socket.write(`${String(chunk(1)).repeat(1_100)}0\r\n\r\n${head}`);
    await Promise.race([closed, expect.poll(() => answers.length).toBe(2)]);
    expect(answers).toEqual(['HTTP/1.1 404']);
  });
});
