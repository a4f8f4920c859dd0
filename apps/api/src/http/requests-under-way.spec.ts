import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { createLogger } from '@cooperage/telemetry';
import type { FastifyRequest } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { statusOf } from '../../spec/raw-caller.js';
import { Admission, admitBeforeBodies } from '../auth/admission.js';
import type { PrincipalsService } from '../auth/principals.service.js';
import { addIntakeRoute } from '../hooks/intake.routes.js';
import { addRegistryTokenRoutes } from '../registry-token/registry-token.routes.js';
import { usualPace } from './body-pace.js';
import { createServer } from './server.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const limits = { connections: 40, requests: 20 };
const [hostile, honest] = ['192.0.2.1', '192.0.2.2'];
const hook = '/api/v1/hooks/01890f3e-0000-7000-8000-000000000000';
const token = '/api/v1/registry/token';
const form = 'content-type: application/x-www-form-urlencoded\r\n';

let api: ReturnType<typeof createServer>;
let accepted: Socket[];
let callers: Socket[];
let working: (() => void)[];

/** Behind a proxy, so all connections come from one address. */
beforeEach(async () => {
  [accepted, callers, working] = [[], [], []];
  api = createServer({ publicUrl: 'http://localhost', trustProxy: 1 }, logger, limits);
  api.instance.server.on('connection', (socket) => accepted.push(socket));
  const require = async ({ headers }: FastifyRequest) => ({ kind: 'person', userId: headers.authorization });
  admitBeforeBodies(api.instance, new Admission({ require } as unknown as PrincipalsService));
  const tokens = { mintFor: async () => ({ token: 'x', expiresInSeconds: 1, issuedAt: '' }) };
  addRegistryTokenRoutes(api.instance, { logger, tokens, settings: { registryToken: { service: 'x' } } } as never);
  const receive = () => new Promise<never>((resolve) => working.push(() => resolve({} as never)));
  addIntakeRoute(api.instance, { receive, hasProven: () => false }, logger);
  // As a log that is followed: a first part of it, and more at some time.
  api.instance.get('/api/log', { config: { access: 'read' } }, async () => {
    const stream = new Readable({ read: () => undefined });
    stream.push('a line\n');
    return stream;
  });
  await api.instance.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const end of working) end();
  for (const socket of callers) socket.destroy();
  await api.instance.close();
});

function call(method: string, path: string, address: string, head = '', body = ''): Socket {
  const { port } = api.instance.server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port }).on('error', () => undefined);
  callers.push(socket);
  socket.write(`${method} ${path} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: ${address}\r\n${head}\r\n${body}`);
  return socket;
}
const unfinished = (address: string) => call('POST', token, address, `${form}content-length: 2\r\n`, 'x');
const unfinishedHook = (address: string) => call('POST', hook, address, 'content-length: 5000\r\n', 'x');

const open = () => accepted.filter(({ destroyed }) => !destroyed).length;

describe('R19A-1 requests of a proxy that are under way', () => {
  it.each([
    ['for registry tokens', unfinished],
    ['with webhooks', unfinishedHook],
    ['of the networks of one site', (_: string, at: number) => unfinished(`2001:db8:0:${at}::1`)],
  ])('leave connections to others, however many one caller begins: %s', async (_of, begin) => {
    for (let at = 0; at < 60; at++) {
      begin(hostile, at);
      await expect.poll(() => accepted.length, { interval: 2 }).toBe(at + 1);
    }
    await expect.poll(() => [api.requests.bytes, open()]).toEqual([20, 20]);
    expect(await statusOf(call('GET', token, honest))).toBe('200');
    expect(open()).toBe(20);
  });

  it('give way with the oldest one of the address that has the most', async () => {
    const own = [unfinished(honest), unfinishedHook(honest)];
    await expect.poll(() => api.requests.bytes).toBe(2);
    for (let at = 0; at < 25; at++) unfinished(hostile);
    await expect.poll(() => [api.requests.bytes, accepted.length, open()]).toEqual([20, 27, 20]);
    expect(accepted.slice(0, 2).map(({ destroyed }) => destroyed)).toEqual([false, false]);
    own[0]!.write('x');
    expect(await statusOf(own[0]!)).toBe('200');
  });

  it('count while they are dealt with, and no longer when they are answered or their callers have gone', async () => {
    const whole = call('POST', hook, honest, 'content-length: 2\r\n', '{}');
    await expect.poll(() => working.length).toBe(1);
    expect(api.requests.bytes).toBe(1);
    working[0]!();
    expect(await statusOf(whole)).toBe('202');
    await expect.poll(() => api.requests.bytes).toBe(0);
    const left = unfinished(honest);
    await expect.poll(() => api.requests.bytes).toBe(1);
    left.destroy();
    await expect.poll(() => api.requests.bytes).toBe(0);
  });

  it('count for the person while their answers are made, whatever others of the same address do', async () => {
    const log = call('GET', '/api/log', hostile, 'authorization: ada\r\n');
    await new Promise((resolve) => log.once('data', resolve));
    for (let at = 0; at < 25; at++) unfinished(hostile);
    await expect.poll(() => [api.requests.bytes, accepted.length, open()]).toEqual([20, 26, 20]);
    expect(accepted[0]!.destroyed).toBe(false);
    log.destroy();
    await expect.poll(() => api.requests.bytes).toBe(19);
  });

  it('end with 408 where nobody was admitted for their body and it trickles', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const slow = unfinished(hostile);
    await expect.poll(() => vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(usualPace.windowMs);
    expect(await statusOf(slow)).toBe('408');
    await expect.poll(() => [api.requests.bytes, open()]).toEqual([0, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
