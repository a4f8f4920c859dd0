import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { SharedRoom } from '@cooperage/domain';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rememberCallers, setCaller } from './caller.js';
import { boundUnreadAnswers } from './unread-answers.js';

/** More than the kernel takes of a connection that nobody reads, several times. */
const longAnswer = Buffer.alloc(16_000_000, 'x');
/** Room for three of them. */
const maxBytes = 56_000_000;
const open: Socket[] = [];
let server: FastifyInstance;
let accepted: Socket[] = [];

beforeEach(async () => {
  server = fastify();
  rememberCallers(server);
  boundUnreadAnswers(server, new SharedRoom(maxBytes));
  server.addHook('preHandler', async ({ headers }) => {
    if (typeof headers['x-person'] === 'string') setCaller(headers['x-person'], headers['x-person']);
  });
  server.get('/long', async () => longAnswer);
  server.get('/text', async () => longAnswer.toString('latin1'));
  server.get('/stored', async (_request, reply) => {
    const stream = new Readable();
    stream.push(longAnswer);
    stream.push(null);
    return reply.send(stream);
  });
  // Its bytes are made as they are read: little of it is ever there.
  server.get('/made', async (_request, reply) =>
    reply.send(
      Readable.from(
        Array.from({ length: 1_000 }, () => Buffer.alloc(64_000)),
        { objectMode: false },
      ),
    ),
  );
  server.get('/short', async () => 'ok');
  accepted = [];
  server.server.on('connection', (socket: Socket) => accepted.push(socket));
  await server.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await server.close();
});

const port = () => (server.server.address() as AddressInfo).port;

/** @returns our end of a connection on which a request was sent, and whose caller reads nothing. */
async function unread(path: string, person = '', localAddress = '127.0.0.1'): Promise<Socket> {
  const caller = connect({ host: '127.0.0.1', port: port(), localAddress }).pause();
  caller.on('error', () => undefined);
  open.push(caller);
  const at = accepted.length;
  const header = person === '' ? '' : `x-person: ${person}\r\n`;
  caller.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n${header}\r\n`);
  await expect.poll(() => accepted.length).toBe(at + 1);
  const ours = accepted[at]!;
  await expect.poll(() => ours.destroyed || ours.writableLength > 0).toBe(true);
  return ours;
}

const ended = (sockets: readonly Socket[]) => sockets.map(({ destroyed }) => destroyed);

describe('R7-A1 answers that are not read', () => {
  it.each(['/long', '/text', '/stored'])(
    'end with the oldest connections of the address that has most of them: %s',
    async (path) => {
      const neighbour = await unread(path);
      const flood: Socket[] = [];
      for (let at = 0; at < 4; at++) flood.push(await unread(path, '', '127.0.0.2'));
      await expect.poll(() => ended(flood)).toEqual([true, true, false, false]);
      expect(ended([neighbour])).toEqual([false]);
      expect(await (await fetch(`http://127.0.0.1:${port()}/short`)).text()).toBe('ok');
    },
  );

  it('count for the person who asks, and not for the address of several', async () => {
    const ada = await unread('/long', 'ada');
    const bob: Socket[] = [];
    for (let at = 0; at < 4; at++) bob.push(await unread('/long', 'bob', `127.0.0.${at + 3}`));
    await expect.poll(() => ended(bob)).toEqual([true, true, false, false]);
    expect(ended([ada])).toEqual([false]);
  });

  it('count no more when they were read', async () => {
    const stays = await unread('/long');
    for (let at = 0; at < 4; at++)
      expect((await (await fetch(`http://127.0.0.1:${port()}/long`)).arrayBuffer()).byteLength).toBe(longAnswer.length);
    expect(ended([stays])).toEqual([false]);
  });

  it('count as little as they hold where they are made while they are read', async () => {
    const streams: Socket[] = [];
    for (let at = 0; at < 6; at++) streams.push(await unread('/made'));
    expect(ended(streams)).toEqual(Array(6).fill(false));
  });
});
