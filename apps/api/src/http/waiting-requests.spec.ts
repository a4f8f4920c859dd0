import { type AddressInfo, connect, type Socket } from 'node:net';
import { createLogger } from '@cooperage/telemetry';
import type { FastifyRequest } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Admission, admitBeforeBodies } from '../auth/admission.js';
import type { PrincipalsService } from '../auth/principals.service.js';
import { addRegistryTokenRoutes } from '../registry-token/registry-token.routes.js';
import { createServer } from './server.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const roomBytes = 2_000_000;
const [hostile, honest] = ['127.0.0.2', '127.0.0.3'];
const hook = '01890f3e-0000-7000-8000-000000000000';
/** As many as are allowed, and as long as they may be together. */
const heavyHead = Array.from({ length: 96 }, (_, at) => `X-${at}: ${'x'.repeat(140)}\r\n`).join('');
/** One counts 40 KB: its head, 16,000 bytes of body and its objects. */
const unfinished = `POST /api/v1/registry/token HTTP/1.1\r\nhost: x\r\n${heavyHead}content-type: application/x-www-form-urlencoded\r\ncontent-length: 16000\r\n\r\n${'x'.repeat(9_999)}`;

let api: ReturnType<typeof createServer>;
let accepted: Socket[];
let callers: Socket[];
let working: (() => void)[];

beforeEach(async () => {
  [accepted, callers, working] = [[], [], []];
  api = createServer({ publicUrl: 'http://localhost', trustProxy: false }, logger, { roomBytes });
  api.instance.server.on('connection', (socket) => accepted.push(socket));
  const require = async ({ headers }: FastifyRequest) => ({ kind: 'person', userId: headers.authorization });
  admitBeforeBodies(api.instance, new Admission({ require } as unknown as PrincipalsService));
  const tokens = { mintFor: async () => ({ token: 'x', expiresInSeconds: 1, issuedAt: '' }) };
  const settings = { registryToken: { service: 'x' } };
  addRegistryTokenRoutes(api.instance, { logger, tokens, settings } as never);
  const work = () => new Promise((resolve) => working.push(() => resolve('done')));
  api.instance.get('/api/public', { config: { access: 'public' } }, work);
  api.instance.get('/api/mine', { config: { access: 'read' } }, work);
  const config = { access: 'public', countsBytes: true } as const;
  api.instance.post('/api/v1/hooks/:projectId', { config }, work);
  await api.instance.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  for (const end of working) end();
  for (const socket of callers) socket.destroy();
  await api.instance.close();
});

const port = () => (api.instance.server.address() as AddressInfo).port;

function call(text: string, localAddress: string): Socket {
  const socket = connect({ host: '127.0.0.1', port: port(), localAddress }).on('error', () => undefined);
  callers.push(socket);
  socket.write(text);
  return socket;
}

async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const part of socket) {
    text += String(part);
    if (text.includes('\r\n')) break;
  }
  return text.split('\r\n')[0]!;
}

const get = (path: string, head = '') => `GET ${path} HTTP/1.1\r\nhost: x\r\n${head}\r\n`;
const allArrived = (bytes: number) =>
  expect.poll(() => accepted.every((s) => s.destroyed || s.bytesRead >= bytes)).toBe(true);

describe('R17A-1 requests that are not answered', () => {
  it('hold no more than the room while their bodies do not come, and keep nobody else out', async () => {
    for (let at = 0; at < 150; at++) call(unfinished, hostile);
    await expect.poll(() => accepted.length).toBe(150);
    await allArrived(unfinished.length);
    await expect.poll(() => accepted.filter(({ destroyed }) => destroyed).length).toBeGreaterThan(90);
    expect(accepted.filter(({ destroyed }) => !destroyed).length).toBeGreaterThan(40);
    expect(api.room.bytes).toBeGreaterThan(roomBytes / 2);
    expect(api.room.bytes).toBeLessThanOrEqual(roomBytes);
    expect(await answerOf(call(get('/api/v1/registry/token'), honest))).toBe('HTTP/1.1 200 OK');
  });

  it('count no longer when their callers have gone, or they are answered', async () => {
    const gone = Array.from({ length: 10 }, () => call(unfinished, hostile));
    const whole = call(`${unfinished}${'x'.repeat(6_001)}`, honest);
    expect(await answerOf(whole)).toBe('HTTP/1.1 200 OK');
    await expect.poll(() => api.room.bytes).toBeGreaterThan(10 * 40_000);
    for (const socket of gone) socket.destroy();
    await expect.poll(() => api.room.bytes).toBe(0);
  });

  it.each([
    ['of an address', '/api/public', ''],
    ['of a person', '/api/mine', 'authorization: ada\r\n'],
  ])('count and end where they wait for a slot %s', async (_of, path, shown) => {
    // As many of one holder may wait. Those with heavy heads are a third of the room.
    const [heavy, light] = [20, 236];
    for (let at = 0; at < 16; at++) call(get(path, shown), hostile);
    await expect.poll(() => working.length).toBe(16);
    const before = api.room.bytes;
    const waiting = Array.from({ length: heavy }, () => call(get(path, shown + heavyHead), hostile));
    for (let at = 0; at < light; at++) waiting.push(call(get(path, shown), hostile));
    await expect.poll(() => api.room.bytes).toBeGreaterThan(heavy * 25_000 + light * 4_096);
    for (const socket of waiting) socket.destroy();
    await expect.poll(() => api.room.bytes).toBe(before);
    // Those that have gone wait no longer: the next one is not refused.
    const next = call(get(path, shown), hostile);
    await expect.poll(() => api.room.bytes).toBeGreaterThan(before);
    working[0]!();
    await expect.poll(() => working.length).toBe(17);
    working[16]!();
    expect(await answerOf(next)).toBe('HTTP/1.1 200 OK');
  });

  it('are not counted where a gate of their own counts them', async () => {
    call(`POST /api/v1/hooks/${hook} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n`, honest);
    await expect.poll(() => working.length).toBe(1);
    expect(api.room.bytes).toBe(0);
  });
});
