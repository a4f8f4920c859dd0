import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, describe, expect, it } from 'vitest';
import type { RegistryProxyBounds } from './passage.js';
import { RegistryProxy } from './registry-proxy.js';

const [hostile, other] = ['127.0.0.2', '127.0.0.3'];
const list = '/v2/acme/api/tags/list';
const manifest = '/v2/acme/api/manifests/latest';
const blob = `/v2/acme/api/blobs/sha256:${'a'.repeat(64)}`;
const upload = '/v2/acme/api/blobs/uploads/1';
/** What one address may have under way. */
const share = 2;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** The process before a registry that answers what the test says, and nothing where it says nothing. */
async function before(answers: Readonly<Record<string, Answer>>, bounds: Partial<RegistryProxyBounds> = {}) {
  const asked: { readonly what: string; readonly request: IncomingMessage; readonly response: ServerResponse }[] = [];
  const registry = createServer((request, response) => {
    const { method, url = '' } = request;
    asked.push({ what: `${method} ${url}`, request, response });
    answers[url]?.(request, response);
  });
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
  const logger = createLogger({ process: 'registry-proxy', level: 'silent' });
  const proxy = new RegistryProxy({ registry: { host, insecure: true }, trustProxy: false, logger, bounds });
  const accepted: Socket[] = [];
  const slowReaders = new Set<string>();
  let timeouts = 0;
  proxy.server.on('connection', (socket: Socket) => {
    accepted.push(socket);
    socket.on('timeout', () => timeouts++);
    // As where the kernel takes nothing: what it takes differs between machines.
    if (slowReaders.has(socket.remoteAddress ?? '')) socket.cork();
  });
  const origin = await proxy.listen({ host: '127.0.0.1', port: 0 });
  const away = () => {
    registry.closeAllConnections();
    return new Promise((resolve) => registry.close(resolve));
  };
  ends.push(away, () => proxy.close());

  /** A caller of its own connection. Its `text` is what came so far. */
  const call = (target: string, localAddress: string, { method = 'GET', headers = '', body = '' } = {}) => {
    const port = Number(new URL(origin).port);
    const caller = { text: '', socket: connect({ host: '127.0.0.1', port, localAddress }) };
    caller.socket.on('error', () => undefined).on('data', (part) => (caller.text += part.toString('latin1')));
    caller.socket.write(`${method} ${target} HTTP/1.1\r\nhost: registry.test\r\n${headers}\r\n${body}`);
    ends.unshift(() => caller.socket.destroy());
    return caller;
  };
  const callTimes = (count: number, target: string, address: string) =>
    Array.from({ length: count }, () => call(target, address));
  const status = async (target: string, address: string, options = {}) => {
    const caller = call(target, address, options);
    await expect.poll(() => caller.text).toMatch(/^HTTP\/1\.1 \d{3} /);
    return caller.text.slice(9, 12);
  };
  const openOf = (address: string) =>
    accepted.filter(({ remoteAddress, destroyed }) => !destroyed && remoteAddress === address).length;
  const underWay = (count: number) => expect.poll(() => asked.length).toBe(count);
  return {
    origin,
    asked,
    accepted,
    timedOut: () => timeouts,
    away,
    slowReaders,
    call,
    callTimes,
    status,
    openOf,
    underWay,
  };
}

const sends =
  (text: string): Answer =>
  (_request, response) =>
    void response.end(text);

describe('R11-2 a list of tags', () => {
  it('is asked for a few times at once for one address, while another address pulls and lists', async () => {
    const answers = { [manifest]: sends('{}') };
    const { asked, callTimes, call, status, underWay } = await before(answers, { waitMs: 600_000 });
    const callers = callTimes(40, list, hostile);
    await underWay(share);
    expect(await status(manifest, other)).toBe('200');
    expect(await status(manifest, hostile)).toBe('200');
    const neighbor = call(list, other);
    const lists = () => asked.filter(({ what }) => what === `GET ${list}`);
    await expect.poll(lists).toHaveLength(share + 1);
    // Those that wait come in their turn: nothing is lost.
    await expect
      .poll(() => {
        for (const { response } of lists()) response.end('{"tags":[]}');
        return callers.filter(({ text }) => text.startsWith('HTTP/1.1 200')).length;
      })
      .toBe(40);
    expect(neighbor.text).toContain('{"tags":[]}');
  });

  it('is refused with 429 in the form of the registry when no slot comes free in time', async () => {
    const { call, callTimes, underWay } = await before({}, { waitMs: 100 });
    callTimes(share, list, hostile);
    await underWay(share);
    const caller = call(list, hostile);
    await expect.poll(() => caller.text).toMatch(/^HTTP\/1\.1 429 [\s\S]*retry-after: 1\r\n/);
    await expect.poll(() => caller.text).toMatch(/\{"errors":\[\{"code":"TOOMANYREQUESTS","message":"[^"]+"\}\]\}$/);
  });

  it('is in the registry no longer than it takes to make it, when its readers take nothing', async () => {
    const answers = { [list]: sends('x'.repeat(2_000_000)) };
    const { slowReaders, callTimes, status, underWay } = await before(answers, { waitMs: 600_000 });
    slowReaders.add(hostile);
    callTimes(40, list, hostile);
    await underWay(40);
    expect(await status(list, other)).toBe('200');
  });

  it('that nobody reads counts for its address, whose oldest connections end when the room is full', async () => {
    const answers = { [list]: sends('x'.repeat(2_000_000)) };
    const bounds = { waitMs: 600_000, roomBytes: 20_000_000 };
    const { slowReaders, callTimes, underWay, openOf } = await before(answers, bounds);
    for (const address of [hostile, other]) slowReaders.add(address);
    callTimes(1, list, other);
    await underWay(1);
    callTimes(40, list, hostile);
    await underWay(41);
    await expect.poll(() => openOf(hostile)).toBeLessThanOrEqual(9);
    expect(openOf(other)).toBe(1);
  });

  it('longer than what is read ahead gives its slot back in time', async () => {
    const answers = { [list]: sends('x'.repeat(20_000_000)) };
    const bounds = { waitMs: 600_000, heldMs: 500, readAheadBytes: 1_000_000 };
    const { asked, slowReaders, callTimes, underWay } = await before(answers, bounds);
    slowReaders.add(hostile);
    callTimes(10, list, hostile);
    await underWay(10);
    await expect.poll(() => asked.every(({ response }) => response.closed && !response.writableFinished)).toBe(true);
  });

  it('that does not end in time does not look whole', async () => {
    const answers: Record<string, Answer> = { [list]: (_request, response) => void response.write('half') };
    const { call } = await before(answers, { heldMs: 1_000 });
    const caller = call(list, hostile, { headers: 'connection: close\r\n' });
    await expect.poll(() => caller.socket.closed).toBe(true);
    expect(caller.text).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  it('holds its slot until the registry has made it, also when its caller goes', async () => {
    const { asked, call, callTimes, openOf, underWay } = await before({}, { waitMs: 600_000 });
    const first = callTimes(share, list, hostile);
    await underWay(share);
    for (const { socket } of first) socket.destroy();
    await expect.poll(() => openOf(hostile)).toBe(0);
    const next = callTimes(share, list, hostile);
    await expect.poll(() => openOf(hostile)).toBe(share);
    // What came after them has come to the registry, so theirs would have.
    call(manifest, other);
    await expect.poll(() => asked.at(-1)?.what).toBe(`GET ${manifest}`);
    expect(asked).toHaveLength(share + 1);
    for (const { response } of asked) response.end('{}');
    await underWay(2 * share + 1);
    for (const { response } of asked.slice(share + 1)) response.end('{}');
    await expect.poll(() => next.every(({ text }) => text.startsWith('HTTP/1.1 200'))).toBe(true);
  });

  it('the registry does not answer gives its slot back after some time', async () => {
    const { callTimes, underWay } = await before({}, { waitMs: 600_000, heldMs: 300 });
    const callers = callTimes(3 * share, list, hostile);
    await underWay(3 * share);
    await expect.poll(() => callers.every(({ text }) => text.startsWith('HTTP/1.1 503'))).toBe(true);
  });
});

describe('R11-2 a manifest that is pushed', () => {
  const push = (length: number, body: string) => ({ method: 'PUT', headers: `content-length: ${length}\r\n`, body });

  it('is sent to the registry once it is whole', async () => {
    const { asked, call, underWay } = await before({ [manifest]: sends('') });
    const slow = call(manifest, hostile, push(4, '{'));
    const quick = call(manifest, hostile, push(2, '{}'));
    await expect.poll(() => quick.text).toMatch(/^HTTP\/1\.1 200 /);
    expect(asked).toHaveLength(1);
    slow.socket.write(' 1}');
    await underWay(2);
    await expect.poll(() => slow.text).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('counts for its address as it comes, not as it is announced', async () => {
    const { accepted, call, status, openOf } = await before({ [manifest]: sends('') }, { roomBytes: 5_000_000 });
    const pushers = Array.from({ length: 8 }, () => call(manifest, other, push(4_000_000, '{')));
    expect(await status(manifest, other)).toBe('200');
    expect(openOf(other)).toBe(9);
    for (const address of [hostile, hostile]) call(manifest, address, push(4_000_000, '{'.repeat(3_000_000)));
    await expect.poll(() => [accepted.length, openOf(hostile)]).toEqual([11, 1]);
    expect(pushers.every(({ socket }) => !socket.closed)).toBe(true);
  });

  it('V12A-1 that does not become whole gives way where its address has the most', async () => {
    const { call, status, openOf } = await before({ [manifest]: sends('') }, { transfers: 4 });
    for (let count = 0; count < 6; count++) call(manifest, hostile, push(4, '{'));
    await expect.poll(() => openOf(hostile)).toBe(4);
    expect(await status(manifest, other, push(2, '{}'))).toBe('200');
    expect(openOf(hostile)).toBe(3);
  });

  it('is refused when it is longer than a manifest may be', async () => {
    const { asked, status } = await before({});
    expect(await status(manifest, hostile, push(5_000_000, '{'))).toBe('413');
    const chunked = {
      method: 'PUT',
      headers: 'transfer-encoding: chunked\r\n',
      body: `${(5_000_000).toString(16)}\r\n${' '.repeat(5_000_000)}\r\n0\r\n\r\n`,
    };
    expect(await status(manifest, hostile, chunked)).toBe('413');
    expect(asked).toEqual([]);
  });
});

describe('R11-2 a blob', () => {
  it('ends when nothing of it moves, in either direction', async () => {
    const answers: Record<string, Answer> = { [blob]: (_request, response) => void response.write('half') };
    const { asked, call, underWay } = await before(answers, { stallMs: 2_500 });
    const callers = [
      call(blob, hostile),
      call(upload, hostile, { method: 'PATCH', headers: 'content-length: 100\r\n', body: 'half' }),
    ];
    await underWay(2);
    await expect.poll(() => callers.every(({ socket }) => socket.closed)).toBe(true);
    await expect.poll(() => asked.every(({ request }) => request.socket.destroyed)).toBe(true);
  });

  it('goes on while it moves', async () => {
    const { asked, call, underWay } = await before({}, { stallMs: 4_000 });
    const download = call(blob, other);
    await underWay(1);
    const still = call(upload, hostile, { method: 'PATCH', headers: 'content-length: 100\r\n', body: 'half' });
    await underWay(2);
    while (!still.socket.closed) {
      asked[0]!.response.write('part');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    asked[0]!.response.end('end');
    await expect.poll(() => download.text).toMatch(/end\r\n0\r\n\r\n$/);
  });

  it('goes on while the registry works on it', async () => {
    const { asked, timedOut, call, underWay } = await before({}, { stallMs: 1_000 });
    const caller = call(upload, other, { method: 'PUT' });
    await underWay(1);
    await expect.poll(timedOut).toBeGreaterThan(0);
    asked[0]!.response.writeHead(201).end();
    await expect.poll(() => caller.text).toMatch(/^HTTP\/1\.1 201 /);
  });

  it('of the address with the most gives way when there are too many', async () => {
    const { call, callTimes, underWay, openOf } = await before({}, { transfers: 4 });
    callTimes(4, blob, hostile);
    await underWay(4);
    call(blob, other);
    await underWay(5);
    await expect.poll(() => [openOf(hostile), openOf(other)]).toEqual([3, 1]);
  });

  it('ends at the registry when its caller goes', async () => {
    const answers: Record<string, Answer> = { [blob]: (_request, response) => void response.write('half') };
    const { asked, call } = await before(answers);
    const caller = call(blob, other);
    await expect.poll(() => caller.text).toContain('half');
    caller.socket.destroy();
    await expect.poll(() => asked[0]?.response.closed).toBe(true);
  });

  it('that is refused before it is whole has its answer', async () => {
    const answers: Record<string, Answer> = {
      [upload]: (_request, response) => void response.writeHead(401, { connection: 'close' }).end('no'),
    };
    const { call } = await before(answers);
    const caller = call(upload, other, { method: 'PATCH', headers: 'content-length: 50000000\r\n', body: 'begin' });
    await expect.poll(() => caller.text).toMatch(/^HTTP\/1\.1 401 [\s\S]*no/);
  });

  it('that is refused before any of it has come has its answer', async () => {
    const answers: Record<string, Answer> = {
      [upload]: (_request, response) => void response.writeHead(401).end('no'),
    };
    const { call } = await before(answers);
    const caller = call(upload, other, { method: 'PATCH', headers: 'content-length: 50000000\r\n' });
    await expect.poll(() => caller.text).toMatch(/^HTTP\/1\.1 401 [\s\S]*no/);
  });

  it('that breaks does not look whole', async () => {
    const answers: Record<string, Answer> = {
      [blob]: (request, response) => void response.write('half', () => request.socket.destroy()),
    };
    const { call } = await before(answers);
    const caller = call(blob, other);
    await expect.poll(() => caller.socket.closed).toBe(true);
    expect(caller.text).not.toMatch(/\r\n0\r\n\r\n$/);
  });
});

describe('what does not go to the registry', () => {
  it.each(['/', '/v2', '/debug/health', '/../v2/', 'http://registry.test/v2/'])('is the address %s', async (target) => {
    const { asked, status } = await before({});
    expect(await status(target, other)).toBe('404');
    expect(asked).toEqual([]);
  });

  it.each([
    ['OPTIONS', '', '405'],
    ['GET', 'content-length: 4\r\n', '400'],
    ['DELETE', 'transfer-encoding: chunked\r\n', '400'],
  ])('is %s with "%s"', async (method, headers, expected) => {
    const { asked, status } = await before({});
    expect(await status(manifest, other, { method, headers, body: 'GET ' })).toBe(expected);
    expect(asked).toEqual([]);
  });

  it('is the question whether this process is well', async () => {
    const { origin, away } = await before({});
    await away();
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  });
});

it('says in the form of the registry that the registry is away', async () => {
  const { origin, away } = await before({});
  await away();
  for (const target of ['/v2/', list, blob]) {
    const answer = await fetch(origin + target);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await answer.json()).toMatchObject({ errors: [{ code: 'UNAVAILABLE' }] });
  }
});

it('hands headers on as they are, but for those of one connection and the word of other proxies', async () => {
  const answers: Record<string, Answer> = {
    [blob]: (_request, response) => {
      const headers = { 'docker-content-digest': 'sha256:1', link: '<x>; rel="next"', 'keep-alive': 'timeout=1' };
      response.writeHead(206, 'Part', { ...headers, 'content-range': 'bytes 0-1/9', 'content-length': 2 }).end('ab');
    },
  };
  const { asked, call } = await before(answers);
  const headers = ['authorization: Bearer x', 'range: bytes=0-1', 'accept: a', 'accept: b', 'te: trailers'];
  const forged = ['x-forwarded-for: 6.6.6.6', 'x-forwarded-proto: https', 'x-forwarded-host: evil', 'forwarded: for=6'];
  const caller = call(blob, other, { headers: [...headers, ...forged, ''].join('\r\n') });
  await expect.poll(() => caller.text).toMatch(/^HTTP\/1\.1 206 Part\r\n[\s\S]*ab$/);
  expect(caller.text).toMatch(/content-range: bytes 0-1\/9\r\n/);
  expect(caller.text).toMatch(/link: <x>; rel="next"\r\n/);
  expect(caller.text).not.toContain('timeout=1\r\n');
  expect(asked[0]?.request.headers).toEqual({
    ...{ host: 'registry.test', authorization: 'Bearer x', range: 'bytes=0-1', accept: 'a, b' },
    ...{ 'x-forwarded-for': other, 'x-forwarded-proto': 'http', connection: 'keep-alive' },
  });
});
