import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createServer } from '../http/server.js';
import { addIntakeRoute } from './intake.routes.js';
import { IntakeGate } from './intake-gate.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const project = '01890f3e-0000-7000-8000-000000000000';
const server = () => createServer({ publicUrl: 'http://localhost', trustProxy: false }, logger).instance;
const open: Socket[] = [];
let api: ReturnType<typeof server>;

beforeEach(async () => {
  api = server();
  const accepted = { deliveryId: project, url: 'http://localhost', duplicate: false };
  const gate = new IntakeGate({ maxCalls: 1, maxBytes: 10_000 });
  addIntakeRoute(api, { receive: async () => accepted }, logger, gate);
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
