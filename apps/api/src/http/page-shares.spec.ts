import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { ApiProblem } from './problem.js';
import { replyProblem } from './problem-reply.js';
import { addWebProxy } from './web-proxy.js';

const [hostile, other] = ['127.0.0.2', '127.0.0.3'];
/** Pages that one address may have under way. */
const share = 32;
/** Longer than any script of the pages, and than what streams on the way hold by themselves. */
const script = Buffer.alloc(500_000, 'x');
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/breaks-at-once': (request) => request.socket.destroy(),
  '/breaks': (request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => request.socket.destroy());
  },
  '/goes-on': (_request, response) => void response.write('half'),
  '/unchanged': (_request, response) => void response.writeHead(304, { etag: '"1"' }).end(),
  '/empty': (_request, response) => void response.writeHead(204).end(),
  '/busy': (_request, response) => void response.writeHead(503, { 'retry-after': '1' }).end('busy'),
  '/odd': (_request, response) => void response.writeHead(999).end('odd'),
  '/chunk.js': (_request, response) => void response.writeHead(200, { 'content-length': script.length }).end(script),
  '/streamed': (_request, response) => void response.write(script, () => response.end()),
  '/json': (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
};

/** The API before a server of pages that answers `/slow` when it is told to. */
async function pages() {
  const slow: ServerResponse[] = [];
  const asked: string[] = [];
  const web = createServer((request, response) => {
    const { method, url = '' } = request;
    asked.push(`${method} ${url}`);
    if (url === '/slow') slow.push(response);
    else if (answers[url]) answers[url](request, response);
    else response.end('page');
  });
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  const api = fastify();
  const accepted: Socket[] = [];
  let requests = 0;
  const slowReaders = new Set<string>();
  api.server.on('connection', (socket: Socket) => {
    accepted.push(socket);
    // As where the kernel takes nothing: what it takes differs between machines, and is more than a page.
    if (slowReaders.has(socket.remoteAddress ?? '')) socket.cork();
  });
  api.addHook('onRequest', async () => void requests++);
  api.setErrorHandler((error, _request, reply) => replyProblem(reply, error as unknown as ApiProblem));
  addWebProxy(api, `http://127.0.0.1:${(web.address() as AddressInfo).port}`, 'http://localhost');
  await api.listen({ host: '127.0.0.1', port: 0 });
  ends.push(() => {
    web.closeAllConnections();
    web.close();
  });
  ends.push(() => api.close());

  /** A caller of its own connection. Its `text` is what came so far. */
  const call = (url: string, localAddress: string, method = 'GET') => {
    const { port } = api.server.address() as AddressInfo;
    const caller = { text: '', socket: connect({ host: '127.0.0.1', port, localAddress }) };
    caller.socket
      .on('error', () => undefined)
      .on('data', (part) => {
        caller.text += part.toString('latin1');
      });
    caller.socket.write(`${method} ${url} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    ends.unshift(() => caller.socket.destroy());
    return caller;
  };
  const callTimes = (count: number, url: string, address: string) =>
    Array.from({ length: count }, () => call(url, address));
  const status = async (url: string, address: string, method = 'GET') => {
    const caller = call(url, address, method);
    await new Promise((resolve) => caller.socket.once('close', resolve));
    return caller.text.slice(9, 12);
  };
  /** Ends connections, and waits until the API knows. */
  const leave = async (callers: readonly { readonly socket: Socket }[]) => {
    const before = accepted.filter(({ destroyed }) => destroyed).length;
    for (const { socket } of callers) socket.destroy();
    await expect.poll(() => accepted.filter(({ destroyed }) => destroyed).length).toBe(before + callers.length);
  };
  const arrived = (count: number) => expect.poll(() => requests).toBe(count);
  const underWay = (count: number) => expect.poll(() => slow.length).toBe(count);
  /** Answers all that wait, also those that come when these are answered. */
  const answerAll = (count: number) =>
    expect
      .poll(() => {
        for (const response of slow) response.end('page');
        return slow.length;
      })
      .toBe(count);
  return { slow, asked, slowReaders, call, callTimes, status, leave, arrived, underWay, answerAll };
}

it('R3-N7 sends a page to one address while another has more of them under way than there are connections', async () => {
  const { callTimes, status, underWay, answerAll } = await pages();
  const callers = callTimes(200, '/slow', hostile);
  await underWay(share);
  expect(await status('/', other)).toBe('200');
  // Those of the first address that wait come in their turn: nothing is lost.
  await answerAll(200);
  await expect.poll(() => callers.filter(({ text }) => text.startsWith('HTTP/1.1 200')).length).toBe(200);
});

describe('R9-A1 a page whose caller goes', () => {
  it('holds its connection until the server of the pages is done with it', async () => {
    const { slow, callTimes, status, leave, arrived, underWay, answerAll } = await pages();
    const first = callTimes(share, '/slow', hostile);
    await underWay(share);
    await leave(first);
    const next = callTimes(share, '/slow', hostile);
    await arrived(2 * share);
    expect(await status('/', other)).toBe('200');
    expect(slow).toHaveLength(share);
    await answerAll(2 * share);
    await expect.poll(() => next.filter(({ text }) => text.startsWith('HTTP/1.1 200')).length).toBe(share);
  });

  it('is not asked for where it went while it waited', async () => {
    const { asked, callTimes, status, leave, arrived, underWay, answerAll } = await pages();
    const first = callTimes(share, '/slow', hostile);
    await underWay(share);
    const waiting = callTimes(8, '/slow', hostile);
    await arrived(share + 8);
    await leave(waiting);
    await answerAll(share);
    await expect.poll(() => first.filter(({ text }) => text.startsWith('HTTP/1.1 200')).length).toBe(share);
    expect(await status('/', hostile)).toBe('200');
    expect(asked.filter((what) => what === 'GET /slow')).toHaveLength(share);
  });
});

describe('R9-A1 all connections come back', () => {
  it.each([
    ['GET', '/', '200'],
    ['GET', '/unchanged', '304'],
    ['GET', '/empty', '204'],
    ['GET', '/busy', '503'],
    ['GET', '/json', '200'],
    ['GET', '/odd', '503'],
    ['GET', '/breaks-at-once', '503'],
    ['GET', '/breaks', '200'],
    ['HEAD', '/', '200'],
    ['HEAD', '/empty', '204'],
    ['HEAD', '/breaks-at-once', '503'],
  ])('after %s %s', async (method, url, expected) => {
    const { callTimes, status, underWay } = await pages();
    const statuses = await Promise.all(Array.from({ length: share + 8 }, () => status(url, hostile, method)));
    expect(new Set(statuses)).toEqual(new Set([expected]));
    callTimes(share, '/slow', hostile);
    await underWay(share);
  });

  it('after callers who went before the answer, and in the middle of it', async () => {
    const { callTimes, leave, underWay, answerAll } = await pages();
    const before = callTimes(share / 2, '/slow', hostile);
    const within = callTimes(share / 2, '/goes-on', hostile);
    await underWay(share / 2);
    await expect.poll(() => within.every(({ text }) => text.includes('half'))).toBe(true);
    await leave([...before, ...within]);
    await answerAll(share / 2);
    callTimes(share, '/slow', hostile);
    await underWay(share + share / 2);
  });
});

describe('R9-A3 readers who take nothing', () => {
  const addresses = Array.from({ length: 5 }, (_, at) => `127.0.1.${at}`);

  it.each(['/chunk.js', '/streamed'])('hold no connection once the server of the pages has sent %s', async (url) => {
    const { asked, slowReaders, callTimes, status } = await pages();
    for (const address of addresses) {
      slowReaders.add(address);
      callTimes(share, url, address);
    }
    await expect.poll(() => asked.length).toBe(addresses.length * share);
    expect([await status('/', other), await status(url, other)]).toEqual(['200', '200']);
  });
});

it('R9-A9 hands on that the server of the pages is busy, and asks once', async () => {
  const { asked, call } = await pages();
  const caller = call('/busy', other);
  await expect.poll(() => caller.text).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 1\r\n[\s\S]*busy/);
  expect(asked).toEqual(['GET /busy']);
});
