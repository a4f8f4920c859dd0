import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { openTransport } from './transport.js';

/** SETTINGS without any, RFC 9113 6.5. */
const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);

it('a Docker engine that has sent its settings already is left in the moment in which it is reached, and nothing is thrown where nobody can catch it', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    const answer = 'HTTP/1.1 101 UPGRADED\r\nconnection: Upgrade\r\nupgrade: h2c\r\n\r\n';
    socket.once('data', () => socket.write(Buffer.concat([Buffer.from(answer), settings])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', note);
  try {
    const target = { address: { kind: 'tcp', host: '127.0.0.1', port } as const, tls: null, connectTimeoutMs: 60_000 };
    const session = await openTransport(target, 'docker');
    const closed = once(session, 'close');
    session.destroy();
    await closed;
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('uncaughtException', note);
    for (const listener of others) process.on('uncaughtException', listener);
    server.close();
  }
  expect(uncaught).toEqual([]);
});
