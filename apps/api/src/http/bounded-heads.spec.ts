import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SharedRoom } from '@cooperage/domain';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RawCaller, rawCaller } from '../../spec/raw-caller.js';
import { addIntakeRoute } from '../hooks/intake.routes.js';
import { IntakeGate } from '../hooks/intake-gate.js';
import { RegistryProxy } from '../registry-proxy/registry-proxy.js';
import { headBytes, refusalOfHead } from './bounded-heads.js';
import { addLiveTunnel } from './live-tunnel.js';
import { createServer } from './server.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const names = (count: number) => Array.from({ length: count }, (_, at) => `a${at}`).join('&');
const headers = (count: number) => Array.from({ length: count }, (_, at) => `h${at}: v\r\n`).join('');
/** Of what anybody could need, the most. */
const longest = headers(99);
const tooMany: readonly (readonly [what: string, path: string, headers: string])[] = [
  ['101 parameters', `/?${names(101)}`, ''],
  ['a long address', `/${'a'.repeat(8_192)}`, ''],
  ['101 headers', '/', headers(100)],
];

function caller(port: number, text = ''): RawCaller {
  const made = rawCaller(port, text);
  ends.push(() => made.socket.destroy());
  return made;
}
const portOf = (address: unknown) => (address as AddressInfo).port;

/** What a connection is answered until it is closed. */
async function answerOf(port: number, text: string): Promise<string> {
  const { heard } = caller(port, text);
  await expect.poll(() => heard.isClosed).toBe(true);
  return heard.text;
}

it('R14A-1 a head that anybody could need is let in, and counts its text and its entries', () => {
  const rawHeaders = Array.from({ length: 200 }, () => 'abc');
  const head = { url: `/?${names(100)}`, rawHeaders, httpVersion: '1.1', headers: { host: '' } };
  expect(refusalOfHead(head)).toBeNull();
  expect(headBytes({ url: '/abc', rawHeaders })).toBe(4 + 600 + 100 * 128);
});

describe('R14A-1 heads that hold more than they count', () => {
  let api: ReturnType<typeof createServer>;
  let port: number;
  const gate = new IntakeGate({ maxCalls: 100, maxBytes: 80_000 });

  beforeEach(async () => {
    api = createServer({ publicUrl: 'http://localhost', trustProxy: false }, logger);
    const { instance } = api;
    instance.get('/', { config: { access: 'public' } }, async () => 'ok');
    instance.get('/waits', { config: { access: 'public' } }, () => new Promise<never>(() => undefined));
    addIntakeRoute(
      instance,
      { receive: () => Promise.reject(new Error('not whole')), hasProven: () => false },
      logger,
      gate,
    );
    await instance.listen({ host: '127.0.0.1', port: 0 });
    ends.push(() => instance.close());
    port = portOf(instance.server.address());
  });

  it.each(tooMany)(
    'are refused by the API with their reason, and end the connection: %s',
    async (_what, path, more) => {
      const answer = await answerOf(port, `GET ${path} HTTP/1.1\r\nhost: x\r\n${more}\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*"detail":"The (address|request) (is longer|has more) than [\d]+ /);
    },
  );

  it.each(tooMany)('are refused before the registry: %s', async (_what, path, more) => {
    const proxy = new RegistryProxy({ registry: { host: '127.0.0.1:1', insecure: true }, trustProxy: false, logger });
    ends.push(() => proxy.close());
    const origin = await proxy.listen({ host: '127.0.0.1', port: 0 });
    const answer = await answerOf(Number(new URL(origin).port), `GET /v2${path} HTTP/1.1\r\nhost: x\r\n${more}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*"errors":\[\{"code":"UNSUPPORTED","message":"The /);
  });

  it.each(tooMany)('are refused before a live connection is opened: %s', async (_what, path, more) => {
    const server = createHttpServer();
    addLiveTunnel(server, { liveUrl: 'http://127.0.0.1:1', trustProxy: false, room: new SharedRoom(1e6), logger });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(() => server.close());
    const { socket, heard } = caller(
      portOf(server.address()),
      `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n${more}\r\n`,
    );
    await once(socket, 'end');
    expect(heard.text).toMatch(/^HTTP\/1\.1 400 [\s\S]*"detail":"The /);
  });

  it('are let in one less', async () => {
    const { heard } = caller(port, `GET /?${names(100)} HTTP/1.1\r\nhost: x\r\n${longest}\r\n`);
    await expect.poll(() => heard.text).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('count for webhooks whose body has not come', async () => {
    const project = '01890000-0000-7000-8000-000000000001';
    const call = `POST /api/v1/hooks/${project} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\ncontent-type: a/b\r\n${headers(96)}\r\n`;
    const callers = Array.from({ length: 8 }, () => caller(port, call));
    // A head counts some 13,000 bytes: six have room.
    await expect.poll(() => callers.filter(({ heard }) => heard.text.startsWith('HTTP/1.1 503')).length).toBe(2);
  });

  it('count for answers that wait behind another, and end a connection on which several do', async () => {
    const first = 'GET /waits HTTP/1.1\r\nhost: x\r\n\r\n';
    const next = `GET / HTTP/1.1\r\nhost: x\r\n${longest}\r\n`;
    caller(port, first + next.repeat(3));
    await expect.poll(() => api.room.bytes).toBeGreaterThan(3 * 13_000);
    const { heard } = caller(port, first + next.repeat(5));
    await expect.poll(() => heard.isClosed).toBe(true);
    expect(heard.text).toBe('');
  });

  it('V14-1 are no longer behind a body than before it, or while they do not end: the parser keeps few', async () => {
    const seen: IncomingMessage[] = [];
    api.instance.server.prependListener('request', (request) => seen.push(request));
    await answerOf(port, `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${headers(300)}\r\n`);
    expect(seen.map(({ rawTrailers }) => rawTrailers.length <= 2 * 101)).toEqual([true]);
    expect(await answerOf(port, `GET / HTTP/1.1\r\nhost: x\r\n${headers(300)}`)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('are not held where their refusal waits behind another answer', async () => {
    const seen: { readonly rawHeaders: readonly string[] }[] = [];
    api.instance.server.prependListener('request', (request) => {
      seen.push(request);
    });
    caller(port, `GET /waits HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n${headers(100)}\r\n`);
    await expect.poll(() => seen.map(({ rawHeaders }) => rawHeaders.length)).toEqual([2, 0]);
  });
});
