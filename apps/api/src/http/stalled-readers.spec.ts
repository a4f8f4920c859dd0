import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endStalledReaders } from './stalled-readers.js';

const stallMs = 1_000;
const longAnswer = 'x'.repeat(32_000_000);
const open: Socket[] = [];
let server: FastifyInstance;
let answer: (text: string) => void = () => undefined;

beforeEach(async () => {
  server = fastify();
  endStalledReaders(server, stallMs);
  server.get('/long', async () => longAnswer);
  server.get('/late', () => new Promise((resolve) => (answer = resolve)));
  await server.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await server.close();
});

/** A connection that asks for a page, and our end of it. */
async function asking(path: string) {
  const accepted = once(server.server, 'connection') as Promise<[Socket]>;
  const caller = connect({ host: '127.0.0.1', port: (server.server.address() as AddressInfo).port });
  caller.on('error', () => undefined);
  open.push(caller);
  caller.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
  const [ours] = await accepted;
  return { caller, ours };
}

/** Counts the bytes that a caller reads. */
function reading(caller: Socket): { bytes: number } {
  const read = { bytes: 0 };
  caller.on('data', (data) => (read.bytes += data.length));
  return read;
}

describe('R3-N7 a connection whose answers wait', () => {
  it('ends when its caller reads nothing', async () => {
    const { caller, ours } = await asking('/long');
    caller.pause();
    await once(ours, 'close');
    expect(ours.writableFinished).toBe(false);
  });

  it('goes on while its caller reads, however slowly', async () => {
    const { caller, ours } = await asking('/long');
    const read = reading(caller);
    let nextStop = 0;
    caller.on('data', () => {
      if (read.bytes < nextStop) return;
      nextStop = read.bytes + 2_000_000;
      caller.pause();
      setTimeout(() => caller.resume(), stallMs / 10);
    });
    await expect.poll(() => read.bytes, { timeout: 60_000 }).toBeGreaterThan(longAnswer.length);
    expect(ours.destroyed).toBe(false);
  });

  it('goes on while its answer is not there yet, and its caller waits for it', async () => {
    const { caller, ours } = await asking('/late');
    const timedOut = once(ours, 'timeout');
    const read = reading(caller);
    await timedOut;
    answer('late');
    await expect.poll(() => read.bytes).toBeGreaterThan(0);
    expect(ours.destroyed).toBe(false);
  });
});
