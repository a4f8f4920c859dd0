import { type AddressInfo, connect, type Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiProblem } from './problem.js';
import { replyProblem } from './problem-reply.js';
import { addPublicLimits } from './public-limits.js';

const limits = {
  rate: { tries: 5, windowMs: 60_000 },
  siteTries: 8,
  atOnce: { total: 3, perKey: 2, perGroup: 2 },
  maxWaiting: 1,
  maxWaitMs: 60_000,
};
const [one, other] = ['192.0.2.1', '192.0.2.2'];

let server: FastifyInstance;
let underWay: (() => void)[] = [];
let quickAnswers = 0;

beforeEach(async () => {
  underWay = [];
  quickAnswers = 0;
  server = fastify({ forceCloseConnections: true });
  server.setErrorHandler((error, _request, reply) => replyProblem(reply, error as unknown as ApiProblem));
  addPublicLimits(server, limits);
  const config = { access: 'public' } as const;
  server.get('/api/quick', { config }, async () => {
    quickAnswers++;
    return 'ok';
  });
  server.get('/api/openapi.json', { config }, async () => 'x'.repeat(600_000));
  server.get('/api/slow', { config }, () => new Promise((resolve) => underWay.push(() => resolve('ok'))));
  server.get('/api/mine', { config: { access: 'read' } }, async () => 'ok');
  const holderOf = async ({ headers }: FastifyRequest) => (headers.authorization as string | undefined) ?? null;
  server.get('/api/v1/registry/token', { config: { ...config, holderOf } }, async () => 'ok');
  server.route({
    method: ['GET', 'POST'],
    url: '/api/held',
    config: { ...config, holderOf },
    handler: () => new Promise((resolve) => underWay.push(() => resolve('ok'))),
  });
  server.post('/api/v1/hooks/:projectId', { config }, async () => 'ok');
  server.all('/api/*', { config }, async () => 'none');
  for (const url of ['/api/v1/setup/checks', '/api/v1/setup'])
    server.route({ method: ['GET', 'POST'], url, config, handler: async () => 'ok' });
  server.get('/healthz', { config }, async () => 'ok');
  await server.ready();
});
afterEach(() => server.close());

const get = async (url: string, remoteAddress = one) => server.inject({ url, remoteAddress });
const statuses = async (count: number, url: string, address = one) => {
  const answers = [];
  for (let at = 0; at < count; at++) answers.push((await get(url, address)).statusCode);
  return answers;
};

describe('R-M10 requests without a session', () => {
  it('are answered so often for one address, and still for others', async () => {
    expect(await statuses(6, '/api/quick')).toEqual([200, 200, 200, 200, 200, 429]);
    const refused = await get('/api/quick');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.json()).toMatchObject({ code: 'rate_limited', detail: expect.stringContaining('this address') });
    expect(await statuses(1, '/api/quick', other)).toEqual([200]);
  });

  it('of an IPv6 network count together', async () => {
    for (let at = 1; at <= 5; at++) await get('/api/quick', `2001:db8::${at}`);
    expect((await get('/api/quick', '2001:db8::6')).statusCode).toBe(429);
    expect((await get('/api/quick', '2001:db8:0:1::1')).statusCode).toBe(200);
  });

  it('are worked on two at once for one address: the next waits, one more is refused, and others go on', async () => {
    const slow = Array.from({ length: 3 }, () => get('/api/slow'));
    await expect.poll(() => underWay.length).toBe(2);
    expect((await get('/api/slow')).statusCode).toBe(429);
    expect((await get('/api/quick', other)).statusCode).toBe(200);
    underWay[0]!();
    await expect.poll(() => underWay.length).toBe(3);
    for (const end of underWay) end();
    expect((await Promise.all(slow)).map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
  });

  it('R3-N7 give their slots back when they are answered, although their sender does not read the answers', async () => {
    await server.listen({ host: '127.0.0.1', port: 0 });
    const stalled = connect({ host: '127.0.0.1', port: (server.server.address() as AddressInfo).port }).pause();
    const asking = (path: string, times: number) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(times);
    stalled.write(asking('/api/openapi.json', 40) + asking('/api/quick', 2));
    await expect.poll(() => quickAnswers).toBe(2);
    // One address has two slots, and one request that waits for them.
    expect(await statuses(2, '/api/quick', '127.0.0.1')).toEqual([200, 200]);
    stalled.destroy();
  });

  it('R3-N8 of the networks of one IPv6 site are worked on a share at a time, and others go on', async () => {
    for (const network of [1, 2, 3]) void get('/api/slow', `2001:db8:0:${network}::1`);
    await expect.poll(() => underWay.length).toBe(2);
    expect((await get('/api/quick', one)).statusCode).toBe(200);
    expect((await get('/api/quick', '2001:db8:0:4::1')).statusCode).toBe(429);
    // Each that ends lets the next one in.
    for (let at = 0; at < 3; at++) {
      await expect.poll(() => underWay.length).toBeGreaterThan(at);
      underWay[at]!();
    }
  });

  it('R3-N8 of the networks of one IPv6 site are answered so often, and those of others still', async () => {
    const answers = [];
    for (let network = 1; network <= 9; network++)
      answers.push((await get('/api/quick', `2001:db8:0:${network}::1`)).statusCode);
    expect(answers).toEqual([...Array<number>(8).fill(200), 429]);
    expect((await get('/api/quick', '2001:db8:1:1::1')).statusCode).toBe(200);
  });

  it('R5-A3 count at addresses that do not exist', async () => {
    expect(await statuses(6, '/api/none')).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await statuses(1, '/api/none', other)).toEqual([200]);
  });

  it.each(['/api/v1/setup/checks', '/api/v1/setup'])(
    'R5-A2 count where they send something, and not where the pages read: %s',
    async (url) => {
      expect(await statuses(8, url)).toEqual(Array<number>(8).fill(200));
      const sent = [];
      for (let at = 0; at < 6; at++)
        sent.push((await server.inject({ method: 'POST', url, remoteAddress: one })).statusCode);
      expect(sent).toEqual([200, 200, 200, 200, 200, 429]);
    },
  );

  it('R3-N8 that show a token count by person, whatever others send from the same address', async () => {
    const url = '/api/v1/registry/token';
    const ask = async (authorization: string) =>
      (await server.inject({ url, remoteAddress: one, headers: { authorization } })).statusCode;
    expect(await statuses(6, url)).toEqual([200, 200, 200, 200, 200, 429]);
    for (let at = 0; at < 5; at++) expect(await ask('ada')).toBe(200);
    const refused = await server.inject({ url, remoteAddress: other, headers: { authorization: 'ada' } });
    expect(refused.json()).toMatchObject({ code: 'rate_limited', detail: expect.stringContaining('of this person') });
    expect(await ask('eve')).toBe(200);
  });

  it('R3-N8 that show a token find a slot while strangers hold all of theirs', async () => {
    for (const address of [one, other, '192.0.2.3']) void get('/api/slow', address);
    await expect.poll(() => underWay.length).toBe(3);
    void server.inject({ url: '/api/held', remoteAddress: one, headers: { authorization: 'ada' } });
    await expect.poll(() => underWay.length).toBe(4);
    for (const end of underWay) end();
  });

  it.each([[{}], [{ authorization: 'ada' }]])(
    'V-1 hold a slot after their body was read, with the headers %j',
    async (shown) => {
      const url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/api/held`;
      const headers = { ...shown, 'content-type': 'application/json' };
      const answered: number[] = [];
      const asked = Array.from({ length: 4 }, async () => {
        answered.push((await fetch(url, { method: 'POST', headers, body: '{"scope":"x"}' })).status);
      });
      // Two have slots, one waits, and one is refused.
      await expect.poll(() => [answered, underWay.length]).toEqual([[429], 2]);
      underWay[0]!();
      await expect.poll(() => underWay.length).toBe(3);
      for (const end of underWay) end();
      await Promise.all(asked);
      expect(answered).toEqual([429, 200, 200, 200]);
    },
  );

  it('R8-A7 hold their slots until their work is done, although their sender has gone', async () => {
    const url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/api/held`;
    const arrived: Socket[] = [];
    server.server.on('connection', (socket) => arrived.push(socket));
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    const head = 'POST /api/held HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n';
    const senders = [1, 2].map(() => connect({ host: '127.0.0.1', port: Number(new URL(url).port) }));
    for (const sender of senders) sender.write(`${head}{}`);
    await expect.poll(() => underWay.length).toBe(2);
    for (const sender of senders) sender.destroy();
    await expect.poll(() => arrived.map(({ closed }) => closed)).toEqual([true, true]);
    const next = [1, 2].map(async () => (await fetch(url, init)).status);
    // One waits, and one is refused.
    expect(await Promise.race(next)).toBe(429);
    expect(underWay).toHaveLength(2);
    underWay[0]!();
    await expect.poll(() => underWay.length).toBe(3);
    for (const end of underWay) end();
    expect((await Promise.all(next)).sort()).toEqual([200, 429]);
  });

  it('do not count where somebody shows who it is, for webhooks, and for health', async () => {
    expect(await statuses(8, '/api/mine')).toEqual(Array<number>(8).fill(200));
    expect(await statuses(8, '/healthz')).toEqual(Array<number>(8).fill(200));
    for (let at = 0; at < 8; at++)
      expect((await server.inject({ method: 'POST', url: '/api/v1/hooks/x', remoteAddress: one })).statusCode).toBe(
        200,
      );
  });
});
