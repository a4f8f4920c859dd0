import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { EngineConnection } from '../wire/connection.js';
import { openSession } from './session.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A connection on which the engine has said something already: its first bytes wait to be read. */
async function withFirstBytes(): Promise<Socket> {
  const server = createServer((socket) => socket.on('error', () => {}).write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
  closing.push(
    () => socket.destroy(),
    () => server.close(),
  );
  await once(socket, 'readable');
  expect(socket.readableLength).toBeGreaterThan(0);
  return socket;
}

it('a session that is closed as it opens ends its connection, and nothing is thrown where nobody can catch it', async () => {
  const transport = await withFirstBytes();
  const connection = { attach: async () => transport } as unknown as EngineConnection;
  const session = openSession(connection, { sharedKey: 'key', methods: [] });
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', note);
  try {
    const closed = once(transport, 'close');
    await session.opened.then(() => session.close());
    await closed;
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('uncaughtException', note);
    for (const listener of others) process.on('uncaughtException', listener);
  }
  expect(uncaught).toEqual([]);
});
