import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freePorts } from './free-ports.js';

it('V8-L9 gives no port twice, however many are asked for, and each can be listened on', async () => {
  const names = Array.from({ length: 300 }, (_, at) => `${at}`);
  const [first, second] = [await freePorts(names), await freePorts(names)];
  expect(new Set([...Object.values(first), ...Object.values(second)]).size).toBe(600);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(first['0'], '127.0.0.1', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
});
