import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiWorld } from '../../spec/api-world.js';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

let world: ApiWorld;
let web: Server;
let seen: Seen[] = [];

/** A web server that says what it was asked. */
beforeAll(async () => {
  web = createServer((request, response) => {
    const { method, url, headers } = request;
    seen.push({ method, url, headers });
    response.setHeader('x-page', 'yes');
    response.setHeader('keep-alive', 'timeout=5');
    if (url === '/moved') return response.writeHead(307, { location: '/sign-in?next=%2Fmoved' }).end();
    if (url === '/own-policy') response.setHeader('content-security-policy', "default-src 'self'");
    response.writeHead(url === '/missing' ? 404 : 200, { 'content-type': 'text/html' }).end(`<p>${url}</p>`);
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  world = await ApiWorld.open({ webUrl: `http://127.0.0.1:${(web.address() as AddressInfo).port}` });
});
beforeEach(() => {
  seen = [];
});
afterAll(async () => {
  await world.close();
  web.closeAllConnections();
  web.close();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(world.origin + path, { headers, redirect: 'manual' });

describe('a page', () => {
  it('comes from the web server, with its status, its query and its redirects', async () => {
    const page = await get('/p/acme/api?branch=feature%2Fx&x=1');
    expect([page.status, await page.text()]).toEqual([200, '<p>/p/acme/api?branch=feature%2Fx&x=1</p>']);
    expect((await get('/missing')).status).toBe(404);
    const moved = await get('/moved');
    expect([moved.status, moved.headers.get('location')]).toEqual([307, '/sign-in?next=%2Fmoved']);
    expect((await fetch(world.origin, { method: 'HEAD' })).headers.get('x-page')).toBe('yes');
  });

  it('is asked for with the person’s cookie and our own word on who asks', async () => {
    await get('/', { cookie: 'a=1', 'x-request-id': 'my-request-0001', 'x-forwarded-for': '6.6.6.6' });
    expect(seen[0]?.headers).toMatchObject({
      ...{ cookie: 'a=1', 'x-request-id': 'my-request-0001', 'x-forwarded-for': '127.0.0.1' },
      ...{ 'x-forwarded-host': new URL(world.origin).host, 'x-forwarded-proto': 'http' },
    });
  });

  it('S-063 is not asked for with headers that the web server takes for its own word', async () => {
    const names = [
      'x-middleware-subrequest',
      'x-middleware-next',
      'x-nextjs-data',
      'x-cooperage-path',
      'x-real-ip',
      'forwarded',
      'authorization',
    ];
    await get('/', Object.fromEntries(names.map((name) => [name, 'forged'])));
    for (const name of names) expect(seen[0]?.headers[name], name).toBeUndefined();
  });

  it('keeps its own policy, and is never framed without one', async () => {
    expect((await get('/own-policy')).headers.get('content-security-policy')).toBe("default-src 'self'");
    const { headers } = await get('/');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('keep-alive')).not.toBe('timeout=5');
  });
});

describe('the web server', () => {
  it('S-085 is never asked to change anything', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect(
        (await fetch(world.origin, { method, body: 'x', headers: { 'next-action': 'a'.repeat(40) } })).status,
      ).toBe(404);
    expect(seen).toEqual([]);
  });

  it('S-063 is not asked for what belongs to the API, nor for odd paths', async () => {
    for (const path of ['/api', '/api/', '/api/none', '/api/v1/none', '//x', '/a/../b', '/a%2f..%2fb']) await get(path);
    expect(seen.filter(({ url }) => url !== '/b').map(({ url }) => url)).toEqual(['/api']);
  });

  it('that is away is said so', async () => {
    const away = await ApiWorld.open();
    const answer = await fetch(away.origin);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'unavailable']);
    await away.close();
  });
});
