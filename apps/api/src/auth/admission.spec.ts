import { type AddressInfo, connect, type Socket } from 'node:net';
import { createLogger } from '@cooperage/telemetry';
import type { FastifyRequest } from 'fastify';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { currentCaller, currentShare } from '../http/caller.js';
import { ApiProblem } from '../http/problem.js';
import { replyProblem } from '../http/problem-reply.js';
import { createServer } from '../http/server.js';
import { toProblem } from '../http/to-problem.js';
import { Admission, admitBeforeBodies, bodySlots, callerSlots } from './admission.js';
import type { Person } from './principal.js';
import type { PrincipalsService } from './principals.service.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const server = () => createServer({ publicUrl: 'http://localhost', trustProxy: false }, logger).instance;
let api: ReturnType<typeof server>;
let looks = 0;
let parsed = 0;
const removedPersons = new Set<string | undefined>([undefined]);
/** What ends each piece of work, in the order in which they began. */
let working: (() => void)[] = [];
const sharesOfLooks: string[] = [];
const arrived: Socket[] = [];
const open: Socket[] = [];

beforeEach(async () => {
  looks = 0;
  removedPersons.delete('eve');
  api = server();
  api.setErrorHandler((error, _request, reply) => replyProblem(reply, toProblem(error)));
  api.server.on('connection', (socket) => arrived.push(socket));
  const principals = {
    require: async ({ headers }: FastifyRequest) => {
      looks++;
      sharesOfLooks.push(currentShare());
      if (removedPersons.has(headers.authorization)) throw new ApiProblem('unauthenticated');
      return { kind: 'person', userId: headers.authorization!, name: 'Ada' } as Person;
    },
  } as unknown as PrincipalsService;
  const admission = new Admission(principals);
  // Who waits here waits for others, however slow the machine is.
  admitBeforeBodies(api, admission, { ...bodySlots, maxWaitMs: 60_000 }, { ...callerSlots, maxWaitMs: 60_000 });
  const config = { access: 'write' } as const;
  parsed = 0;
  working = [];
  api.addHook('preValidation', async () => void parsed++);
  api.all('/api/work', { config }, () => new Promise((resolve) => working.push(() => resolve('done'))));
  api.post('/api/mine', { config }, async (request) => {
    // As the guard of controllers does.
    await admission.admit(request, 'write');
    return { caller: currentCaller(), share: currentShare(), length: JSON.stringify(request.body).length };
  });
  await api.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const socket of open.splice(0)) socket.destroy();
  arrived.length = 0;
  await api.close();
});

const length = 1_000_000;
const isWhole = ({ bytesRead }: Socket) => bytesRead >= length;

/** A request of `person` with all of its body but the last byte. @returns what ends it, with the answer */
function send(person: string, path = '/api/mine') {
  const socket = connect({ host: '127.0.0.1', port: (api.server.address() as AddressInfo).port });
  open.push(socket);
  let heard = '';
  socket.on('data', (data) => (heard += data.toString())).on('error', () => undefined);
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${person}\r\ncontent-type: application/json\r\n`;
  socket.write(`${head}content-length: ${length}\r\n\r\n"${'a'.repeat(length - 2)}`);
  return { end: () => socket.write('"'), heard: () => heard };
}

/** A small request of `person` for work that does not end by itself. */
function ask(person: string, method = 'POST') {
  const socket = connect({ host: '127.0.0.1', port: (api.server.address() as AddressInfo).port });
  open.push(socket);
  let heard = '';
  socket.on('data', (data) => (heard += data.toString())).on('error', () => undefined);
  const head = `${method} /api/work HTTP/1.1\r\nhost: x\r\nauthorization: ${person}\r\n`;
  socket.write(
    method === 'GET' ? `${head}\r\n` : `${head}content-type: application/json\r\ncontent-length: 3\r\n\r\n"x"`,
  );
  return { leave: () => socket.destroy(), heard: () => heard };
}

function post(body: string) {
  return fetch(`http://127.0.0.1:${(api.server.address() as AddressInfo).port}/api/mine`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'ada' },
    body,
  });
}

it('R7-A3 reads few long bodies of one person at once, and those of others', async () => {
  const sent = Array.from({ length: 16 }, () => send('ada'));
  await expect.poll(() => arrived.filter(isWhole).length).toBe(8);
  const other = send('eve');
  other.end();
  await expect.poll(other.heard).toMatch(/^HTTP\/1\.1 200 /);
  expect(arrived.filter(isWhole)).toHaveLength(9);
  for (const { end } of sent) end();
  for (const { heard } of sent) await expect.poll(heard).toMatch(/^HTTP\/1\.1 200 /);
});

it('R7-A3 gives the place of a long body back when its sender goes', async () => {
  for (let at = 0; at < 8; at++) send('ada');
  await expect.poll(() => arrived.filter(isWhole).length).toBe(8);
  const next = send('ada');
  next.end();
  for (const socket of open.slice(0, 8)) socket.destroy();
  await expect.poll(next.heard).toMatch(/^HTTP\/1\.1 200 /);
});

it('R7-A3 knows the caller behind the body, with one look, which is done in the share of the address', async () => {
  // However slow the machine is, the look was a moment ago.
  vi.spyOn(performance, 'now').mockReturnValue(performance.now());
  const answer = await post('"x"');
  expect(await answer.json()).toEqual({ caller: expect.stringContaining('ada'), share: 'ada', length: 3 });
  expect(looks).toBe(1);
  expect(sharesOfLooks.at(-1)).toBe('127.0.0.1');
});

it('V8-L1 lets a long body wait for its share as long as its place leaves of eight seconds', async () => {
  vi.spyOn(performance, 'now').mockReturnValue(performance.now());
  const waits = vi.spyOn(AbortSignal, 'timeout');
  expect((await post(`"${'a'.repeat(5_000)}"`)).status).toBe(200);
  expect(waits.mock.calls).toEqual([[60_000], [8_000]]);
});

it('R8-A6 looks again at who calls behind a body that came slowly', async () => {
  const [kept, removed] = [send('ada'), send('eve')];
  await expect.poll(() => arrived.filter(isWhole).length).toBe(2);
  expect(looks).toBe(2);
  removedPersons.add('eve');
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 2_000);
  for (const { end } of [kept, removed]) end();
  await expect.poll(kept.heard).toMatch(/^HTTP\/1\.1 200 /);
  await expect.poll(removed.heard).toMatch(/^HTTP\/1\.1 401 /);
  expect(looks).toBe(4);
});

it('R8-A1 parses 16 bodies of one person at once, those of others too, and the rest afterwards', async () => {
  const asked = Array.from({ length: 40 }, () => ask('ada'));
  await expect.poll(() => looks).toBe(40);
  await expect.poll(() => working.length).toBe(16);
  const other = ask('eve');
  await expect.poll(() => working.length).toBe(17);
  expect(parsed).toBe(17);
  for (let at = 0; at < 41; at++) {
    await expect.poll(() => working.length).toBeGreaterThan(at);
    working[at]!();
  }
  for (const { heard } of [...asked, other]) await expect.poll(heard).toMatch(/^HTTP\/1\.1 200 /);
});

it('R8-A1 keeps the place of a long body until its work is done, although its sender has gone', async () => {
  for (let at = 0; at < 8; at++) send('ada', '/api/work').end();
  await expect.poll(() => working.length).toBe(8);
  for (const socket of open.slice(0, 8)) socket.destroy();
  await expect.poll(() => arrived.filter(({ destroyed }) => destroyed).length).toBe(8);
  const next = Array.from({ length: 4 }, () => send('ada', '/api/work'));
  for (const { end } of next) end();
  // The look at a small request of the same person is behind theirs.
  await expect.poll(() => looks).toBe(12);
  ask('ada');
  await expect.poll(() => working.length).toBe(9);
  expect(parsed).toBe(9);
  for (const end of working.slice(0, 8)) end();
  await expect.poll(() => working.length).toBe(13);
  for (const end of working) end();
  for (const { heard } of next) await expect.poll(heard).toMatch(/^HTTP\/1\.1 200 /);
});

it('R8-A1 keeps the place of a request until its work is done, and does nothing for a caller who goes while it waits', async () => {
  const asked = Array.from({ length: 16 }, () => ask('ada', 'GET'));
  await expect.poll(() => working.length).toBe(16);
  const waits = ask('ada', 'GET');
  await expect.poll(() => looks).toBe(17);
  for (const { leave } of [...asked, waits]) leave();
  await expect.poll(() => arrived.filter(({ destroyed }) => destroyed).length).toBe(17);
  const next = ask('ada', 'GET');
  await expect.poll(() => looks).toBe(18);
  expect(working).toHaveLength(16);
  working[0]!();
  await expect.poll(() => working.length).toBe(17);
  working[16]!();
  await expect.poll(next.heard).toMatch(/^HTTP\/1\.1 200 /);
  expect(working).toHaveLength(17);
  for (const end of working) end();
});
