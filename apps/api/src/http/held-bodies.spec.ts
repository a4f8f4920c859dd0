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
const connections = 64;
/** Memory for each byte, not that of the allocator. In lists of chunks it was 208. */
const mostHeld = 8;
/** A body of 1,000 bytes is little beside what else a connection holds. */
const mostHeldOfShort = 80;

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
  for (let round = 0; round < 3; round++) {
    collect();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

interface Sent {
  readonly text: Buffer;
  readonly writeBytes: number;
  readonly countedBytes: number;
}

/** Sends bodies that do not end, and waits until all is there. @returns the memory for each byte that counts */
async function heldPerByte(path: string, type: string, { text, writeBytes, countedBytes }: Sent): Promise<number> {
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`;
  const { port } = api.server.address() as AddressInfo;
  for (let at = 0; at < connections; at++) {
    // Requests of one address are limited to 16 at once.
    const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${10 + (at % 16)}` });
    callers.push(socket.on('error', () => undefined).setNoDelay());
    socket.write(head);
  }
  await expect.poll(() => accepted.filter(({ bytesRead }) => bytesRead === head.length).length).toBe(connections);
  const before = await memory();
  for (let at = 0; at < text.length; at += writeBytes) {
    for (const socket of callers) if (socket.writable) socket.write(text.subarray(at, at + writeBytes));
    await turn();
  }
  const isThere = (socket: Socket) => socket.destroyed || socket.bytesRead === head.length + text.length;
  await expect.poll(() => accepted.every(isThere), { timeout: 30_000 }).toBe(true);
  return ((await memory()) - before) / (connections * countedBytes);
}

const routes = [
  ['a webhook', '/api/v1/hooks/01890f3e-0000-7000-8000-000000000000', 'application/json'],
  ['JSON', '/api/json', 'application/json'],
  ['a form of the registry', '/api/v1/registry/token', 'application/x-www-form-urlencoded'],
  ['a body that nobody reads yet', '/api/waits', 'application/json'],
] as const;
const oneByte = chunk(1);
const ofOneByte = (count: number) => Buffer.concat(Array.from({ length: count }, () => oneByte));
const fast = (text: Buffer): Sent => ({ text, writeBytes: text.length, countedBytes: bodyBytes });
/** As many as may come before their connection is reset. A webhook ends before, where they take seconds: `receive-body.spec.ts` has those. */
const slow: Sent = { text: ofOneByte(1_000), writeBytes: oneByte.length, countedBytes: 1_000 };

describe('R13B-1 the memory of bodies', () => {
  describe.each(routes)('%s', (_what, path, type) => {
    it.each([
      ['in one chunk', fast(chunk(bodyBytes)), mostHeld],
      ['in chunks of one byte', fast(ofOneByte(bodyBytes)), mostHeld],
      ['in chunks of one byte, each in a packet of its own', slow, mostHeldOfShort],
    ])('is about what is counted of them: %s', async (_how, sent, most) => {
      expect(await heldPerByte(path, type, sent)).toBeLessThan(most);
    });
  });
});
