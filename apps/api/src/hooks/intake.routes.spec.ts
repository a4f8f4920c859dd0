import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createLogger } from '@cooperage/telemetry';
import type { FastifyRequest } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createServer } from '../http/server.js';
import { addIntakeRoute } from './intake.routes.js';
import type { IntakeService } from './intake.service.js';
import { IntakeGate } from './intake-gate.js';

const faults: string[] = [];
const logger = createLogger({
  ...{ process: 'test', level: 'error' },
  destination: { write: (line) => void faults.push(line) },
});
const project = '01890f3e-0000-7000-8000-000000000000';
const server = () => createServer({ publicUrl: 'http://localhost', trustProxy: false }, logger).instance;
const open: Socket[] = [];
let api: ReturnType<typeof server>;

let requests: FastifyRequest[] = [];
const accepted = { deliveryId: project, url: 'http://localhost', duplicate: false };
let receive: IntakeService['receive'];

beforeEach(async () => {
  api = server();
  requests = [];
  faults.length = 0;
  api.addHook('onRequest', async (request) => void requests.push(request));
  api.get('/api/openapi.json', { config: { access: 'public' } }, async () => 'x'.repeat(600_000));
  receive = async () => accepted;
  const gate = new IntakeGate({ maxCalls: 1, maxBytes: 10_000 });
  addIntakeRoute(api, { receive: (call) => receive(call), hasProven: () => false }, logger, gate);
  await api.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await api.close();
});

/** A connection and all that came back on it. */
function caller() {
  const socket = connect({ host: '127.0.0.1', port: (api.server.address() as AddressInfo).port });
  open.push(socket);
  const heard = { text: '', error: null as Error | null };
  socket.on('data', (data) => (heard.text += data.toString()));
  socket.on('error', (error) => (heard.error = error));
  return { socket, heard };
}

const head = (length: number) =>
  `POST /api/v1/hooks/${project} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

it('R-H10 answers a call that gives way on a connection that goes on: its rest is read, and the next call counts', async () => {
  const first = caller();
  first.socket.write(`${head(200_000)}${'x'.repeat(5_000)}`);
  await once(api.server, 'request');
  const second = caller();
  await expect
    .poll(() => {
      second.socket.write(`${head(3)}abc`);
      return first.heard.text;
    })
    .toMatch(/^HTTP\/1\.1 503 /);
  expect(first.heard.text).toMatch(/retry-after: 5/);
  first.socket.write('x'.repeat(195_000));
  first.socket.write(`${head(3)}abc`);
  await expect.poll(() => first.heard.text).toMatch(/HTTP\/1\.1 202 /);
  expect(first.heard.error).toBeNull();
});

it('R3-N7 gives the room of a call back when it is dealt with, although its sender does not read the answer', async () => {
  const stalled = caller();
  stalled.socket.pause();
  // The kernel takes no more than some of the long answers. All that comes behind them waits.
  const pages = 30;
  stalled.socket.write('GET /api/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(pages));
  stalled.socket.write(`${head(9_000)}${'x'.repeat(9_000)}`);
  await expect.poll(() => requests.length).toBe(pages + 1);
  const other = caller();
  await expect
    .poll(() => {
      other.socket.write(`${head(3_000)}${'y'.repeat(3_000)}`);
      return other.heard.text;
    })
    .toMatch(/HTTP\/1\.1 202 /);
  // A body is counted no more, so it must not stay with the answer either.
  expect(requests[pages]!.body).toBeUndefined();
});

it('R7-A2 keeps the place of a call without a body until it is dealt with', async () => {
  const ends: (() => void)[] = [];
  receive = () => new Promise((resolve) => ends.push(() => resolve(accepted)));
  const [first, second] = [caller(), caller()];
  first.socket.write(`POST /api/v1/hooks/${project} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n`);
  await expect.poll(() => ends.length).toBe(1);
  second.socket.write(`${head(3)}abc`);
  await expect.poll(() => second.heard.text).toMatch(/^HTTP\/1\.1 503 /);
  expect(ends).toHaveLength(1);
  ends[0]!();
  await expect.poll(() => first.heard.text).toMatch(/^HTTP\/1\.1 202 /);
});

/** A route whose calls stand until they are ended, with as many places as the real one has. */
function standing(proven: string) {
  const roomy = server();
  const ends: (() => void)[] = [];
  const answers: number[] = [];
  const hasProven = (id: string, address: string) => id === project && address === proven;
  addIntakeRoute(
    roomy,
    { receive: () => new Promise((resolve) => ends.push(() => resolve(accepted))), hasProven },
    logger,
  );
  const call = async (remoteAddress: string, id: string = randomUUID()) => {
    const headers = { 'content-type': 'application/json' };
    const url = `/api/v1/hooks/${id}`;
    const { statusCode } = await roomy.inject({ method: 'POST', url, headers, payload: '{}', remoteAddress });
    answers.push(statusCode);
  };
  return { call, ends, answers };
}

it('R7-A2 gives whole calls of one address half of the places, and takes calls of others beside them', async () => {
  const { call, ends, answers } = standing('nobody');
  const flood = Array.from({ length: 2_100 }, () => call('192.0.2.1'));
  await expect.poll(() => ends.length + answers.length).toBe(2_100);
  expect([ends.length, new Set(answers)]).toEqual([2_048, new Set([503])]);
  const others = Array.from({ length: 20 }, () => call('192.0.2.2'));
  await expect.poll(() => ends.length).toBe(2_068);
  for (const end of ends) end();
  await Promise.all([...flood, ...others]);
  expect(answers.filter((status) => status === 202)).toHaveLength(2_068);
});

it('V7-M1 takes all that the git host of a project sends while another address has the share of the project', async () => {
  const { call, ends, answers } = standing('192.0.2.2');
  const flood = Array.from({ length: 2_100 }, () => call('192.0.2.1', project));
  await expect.poll(() => ends.length + answers.length).toBe(2_100);
  const own = Array.from({ length: 100 }, () => call('192.0.2.2', project));
  const others = Array.from({ length: 20 }, () => call('192.0.2.3', project));
  await expect.poll(() => ends.length + answers.length).toBe(2_220);
  // Of an address that has proven nothing, a few.
  expect(ends).toHaveLength(2_048 + 100 + 16);
  for (const end of ends) end();
  await Promise.all([...flood, ...own, ...others]);
});

it.each([0, 3])(
  'R8-A2 keeps the place of a whole call of %i bytes until it is dealt with, although its caller has gone',
  async (length) => {
    const ends: (() => void)[] = [];
    receive = () => new Promise((resolve) => ends.push(() => resolve(accepted)));
    const arrived: Socket[] = [];
    api.server.on('connection', (socket) => arrived.push(socket));
    const first = caller();
    first.socket.write(`${head(length)}${'x'.repeat(length)}`);
    await expect.poll(() => ends.length).toBe(1);
    first.socket.destroy();
    await expect.poll(() => arrived[0]!.closed).toBe(true);
    const second = caller();
    second.socket.write(`${head(3)}abc`);
    await expect.poll(() => second.heard.text).toMatch(/^HTTP\/1\.1 503 /);
    ends[0]!();
    await expect
      .poll(() => {
        second.socket.write(`${head(3)}abc`);
        return ends.length;
      })
      .toBeGreaterThan(1);
    for (const end of ends) end();
  },
);

it('R8-A2 gives the place of a call back whose caller goes in the middle of the body', async () => {
  const first = caller();
  first.socket.write(`${head(200)}abc`);
  await expect.poll(() => requests.length).toBe(1);
  first.socket.destroy();
  const second = caller();
  second.socket.write(`${head(3)}abc`);
  await expect.poll(() => second.heard.text).toMatch(/^HTTP\/1\.1 202 /);
});

it('R13B-4 logs no fault for each call without room, whose number is the caller’s choice, and one for a fault of ours', async () => {
  let finish: (() => void) | undefined;
  receive = () => new Promise((resolve) => (finish = () => resolve(accepted)));
  const first = caller();
  first.socket.write(`${head(3)}abc`);
  await expect.poll(() => finish).toBeDefined();
  const second = caller();
  second.socket.write(`${head(3)}abc`);
  await expect.poll(() => second.heard.text).toMatch(/^HTTP\/1\.1 503 /);
  expect(faults).toEqual([]);
  finish?.();
  await expect.poll(() => first.heard.text).toMatch(/^HTTP\/1\.1 202 /);
  receive = async () => {
    throw new Error('ours');
  };
  const third = caller();
  third.socket.write(`${head(3)}abc`);
  await expect.poll(() => third.heard.text).toMatch(/^HTTP\/1\.1 500 /);
  expect(faults.join()).toContain('webhook was not taken');
});
