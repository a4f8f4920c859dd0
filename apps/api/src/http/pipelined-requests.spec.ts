import { type AddressInfo, connect } from 'node:net';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createServer } from './server.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const server = () => createServer({ publicUrl: 'http://localhost', trustProxy: false }, logger).instance;
let api: ReturnType<typeof server>;
let begun = 0;

beforeEach(async () => {
  begun = 0;
  api = server();
  api.get('/healthz', { config: { access: 'public' } }, async () => {
    begun++;
    return 'ok';
  });
  await api.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(() => api.close());

const asking = (times: number) => 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(times);

function caller() {
  const socket = connect({ host: '127.0.0.1', port: (api.server.address() as AddressInfo).port });
  const heard = { text: '' };
  socket.on('data', (data) => (heard.text += data.toString())).on('error', () => undefined);
  return { socket, answers: () => heard.text.split('HTTP/1.1 200 ').length - 1 };
}

it('R7-A5 begins few of the requests that one connection sends without waiting, and ends it', async () => {
  const { socket } = caller();
  socket.write(asking(2_000));
  await new Promise((resolve) => socket.once('close', resolve));
  expect(begun).toBeLessThanOrEqual(32);
  const other = caller();
  other.socket.write(asking(1));
  await expect.poll(other.answers).toBe(1);
  other.socket.destroy();
});

it('answers what is asked on one connection, some at a time, for as long as it goes on', async () => {
  const { socket, answers } = caller();
  for (let round = 1; round <= 10; round++) {
    socket.write(asking(10));
    await expect.poll(answers).toBe(round * 10);
  }
  socket.destroy();
});
