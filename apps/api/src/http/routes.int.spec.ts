import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld } from '../../spec/api-world.js';
import { problemOf, type Visitor } from '../../spec/visitor.js';
import type { KnownRoute } from './access-rule.js';

let world: ApiWorld;
let owner: Visitor;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
});
afterAll(() => world.close());

const digest = `sha256:${'a'.repeat(64)}`;
const values: Readonly<Record<string, string>> = {
  digest,
  imageDigest: digest,
  number: '1',
  name: 'NAME',
  host: 'r.example',
  pool: 'default',
};
/** The route's address with values that fit its parameters. */
const addressOf = (url: string): string =>
  url.replace(/:(\w+)/g, (_all, name: string) =>
    name === 'keyFile' ? `${randomUUID()}.pub` : (values[name] ?? randomUUID()),
  );

let asked = 0;
/** Each thousand calls come from an address of their own: one address has not so many without a sign-in. */
const ownAddress = (): string => `127.0.1.${1 + Math.floor(asked++ / 1_000)}`;

/** Node's own client: `fetch` would tidy a path up before it is sent. */
function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(world.origin);
  const to = { hostname, port, localAddress: ownAddress(), method, path, headers, insecureHTTPParser: true };
  return new Promise((resolve, reject) => {
    const request = httpRequest(to, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      response.on('end', () => resolve({ status: response.statusCode!, body }));
    });
    request.on('error', reject);
    request.end();
  });
}

const closed = (): KnownRoute[] => world.api.routes.filter(({ access }) => access !== 'public');
const pathForms = (path: string): string[] => [
  `${path}/`,
  `/${path}`,
  path.replace('/api/', '/api//'),
  path.replace('/api/', '/api/./'),
  path.replace('/api/', '/x/../api/'),
  path.replace('/api/', '/api%2f'),
  path.replace('/v1/', '/v1%2F'),
  path.replace('/v1/', '%2fv1/'),
  path.replace('/v1/', '/%76%31/'),
  `${path};x`,
  `${path}%00`,
  `${path}%20`,
  path.replace('/api/', '/API/'),
  path.toUpperCase(),
  path.replaceAll('/', '\\').replace('\\', '/'),
];

describe('S-063 without a sign-in', () => {
  it('the matrix covers what there is', () => {
    expect(closed().length).toBeGreaterThan(60);
    expect(
      world.api.routes.filter(({ method, url }) => method === 'GET' && url.startsWith('/api/v1/')).length,
    ).toBeGreaterThan(25);
  });

  it('no route tells anything in any method', async () => {
    for (const { url } of closed())
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
        const { status } = await ask(method, addressOf(url));
        expect([401, 404, 405], `${method} ${url}: ${status}`).toContain(status);
      }
  });

  it('no other form of a path leads past the guard', async () => {
    for (const { url } of closed())
      for (const path of pathForms(addressOf(url)))
        for (const method of ['GET', 'HEAD', 'POST']) {
          const { status } = await ask(method, path);
          expect([400, 401, 404, 405, 503], `${method} ${path}: ${status}`).toContain(status);
        }
  });

  it('a header of Next or of a proxy opens nothing', async () => {
    const headers = {
      'x-middleware-subrequest': 'middleware',
      'x-forwarded-for': '127.0.0.1',
      'x-original-url': '/healthz',
    };
    for (const { url, method } of closed()) expect((await ask(method, addressOf(url), headers)).status).toBe(401);
  });
});

describe('S-063 with a sign-in', () => {
  it('the odd forms of a path still lead nowhere', async () => {
    const headers = { cookie: owner.cookie, origin: world.origin };
    for (const path of pathForms('/api/v1/projects')) {
      const { status, body } = await ask('GET', path, headers);
      // What the router takes for the same path after decoding is the same path, for the guard too.
      if (status === 200) expect(path).toBe('/api/%76%31/projects');
      else expect(body).not.toContain('items');
    }
    expect((await ask('GET', '/api/v1/projects', headers)).status).toBe(200);
  });
});

describe('errors', () => {
  it('S-083 are problems with a code and the request id, and nothing else', async () => {
    const calls = [
      ask('GET', '/api/v1/none'),
      ask('GET', '/api/v1/projects/not-a-uuid', { cookie: owner.cookie }),
      ask('GET', `/api/v1/projects/${randomUUID()}`, { cookie: owner.cookie }),
      ask('GET', '/api/v1/builds?status=x', { cookie: owner.cookie }),
      ask('GET', '/api/v1/projects?limit=-1', { cookie: owner.cookie }),
      ask('GET', `/api/v1/projects/${'x'.repeat(3_000)}`, { cookie: owner.cookie }),
    ];
    for (const { status, body } of await Promise.all(calls)) {
      expect(status).toBeGreaterThanOrEqual(400);
      const problem = JSON.parse(body) as Record<string, unknown>;
      expect(
        Object.keys(problem)
          .sort()
          .filter((key) => key !== 'errors' && key !== 'detail'),
      ).toEqual([...['code', 'requestId', 'status', 'title', 'type']]);
      expect(body).not.toMatch(/node_modules|\.js|\.ts|SELECT|prisma|fastify|nest|v24|stack/i);
    }
  });

  it('carry the caller’s own request id when it is a plain one', async () => {
    const answer = await owner.get('/api/v1/none', { 'x-request-id': 'my-request-0001' });
    expect([answer.headers.get('x-request-id'), problemOf(answer).requestId]).toEqual([
      'my-request-0001',
      'my-request-0001',
    ]);
    const odd = await owner.get('/api/v1/none', { 'x-request-id': '<script>' });
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a known address with a method that it does not take', () => {
  it.each([
    ['DELETE', '/api/v1/projects', 'GET, HEAD, POST'],
    ['POST', `/api/v1/projects/${randomUUID()}`, 'DELETE, GET, HEAD, PATCH'],
    ['PUT', '/api/v1', 'GET, HEAD'],
    ['GET', '/api/auth/sign-out', 'POST'],
  ])('S-063 is answered 405 with what it takes, signed in or not: %s %s', async (method, path, allow) => {
    for (const visitor of [owner, world.anonymous()]) {
      const answer = await visitor.ask(method, path);
      expect([answer.status, answer.headers.get('allow'), problemOf(answer).code]).toEqual([
        405,
        allow,
        'method_not_allowed',
      ]);
    }
  });

  it('is told from an address that does not exist', async () => {
    const answer = await owner.ask('DELETE', '/api/v1/none');
    expect([answer.status, answer.headers.get('allow')]).toEqual([404, null]);
  });
});

describe('the index of the API', () => {
  it('leads to what it names, and says so to everybody', async () => {
    const { body } = await world.anonymous().get<{ description: string; links: Record<string, string> }>('/api/v1');
    const addresses = [body.description, ...Object.values(body.links)];
    expect(addresses.length).toBeGreaterThan(5);
    for (const address of addresses)
      expect([address, (await owner.get(new URL(address).pathname)).status]).toEqual([address, 200]);
  });
});

describe('every answer', () => {
  it('S-086 S-062 says that it is not to be framed, sniffed, or told to others', async () => {
    for (const path of ['/api/v1/me', '/api/v1/none', '/healthz', '/anything']) {
      const { headers } = await owner.get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('referrer-policy')).toBe('same-origin');
    }
  });
});

describe('a broken request', () => {
  it.each([
    [
      'both lengths',
      'content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: x\r\n\r\n',
    ],
    ['two lengths', 'content-length: 3\r\ncontent-length: 4\r\n\r\nabcd'],
    ['a bad chunk', 'transfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n'],
    ['an odd encoding', 'transfer-encoding: xchunked\r\n\r\nabc'],
    ['a header with a line feed', 'x: a\nb\r\n\r\n'],
    ['a space before the colon', 'x : a\r\n\r\n'],
  ])('S-081 with %s is answered 400, once, and the connection ends', async (_what, rest) => {
    const answer = await sendRaw(`POST /api/v1/setup HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${rest}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});

function sendRaw(text: string): Promise<string> {
  const { hostname, port } = new URL(world.origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}
