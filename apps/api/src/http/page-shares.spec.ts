import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { afterEach, expect, it } from 'vitest';
import type { ApiProblem } from './problem.js';
import { replyProblem } from './problem-reply.js';
import { addWebProxy } from './web-proxy.js';

const [hostile, other] = ['192.0.2.1', '192.0.2.2'];
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** The API before a server of pages that answers `/slow` when it is told to. */
async function pages() {
  const slow: ServerResponse[] = [];
  const web = createServer((request, response) => {
    if (request.url === '/slow') slow.push(response);
    else response.end('page');
  });
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  const api = fastify();
  api.setErrorHandler((error, _request, reply) => replyProblem(reply, error as unknown as ApiProblem));
  addWebProxy(api, `http://127.0.0.1:${(web.address() as AddressInfo).port}`, 'http://localhost');
  await api.ready();
  ends.push(() => {
    web.closeAllConnections();
    web.close();
  });
  ends.push(() => api.close());
  return { slow, get: (url: string, remoteAddress: string) => api.inject({ url, remoteAddress }) };
}

it('R3-N7 sends a page to one address while another has more of them under way than there are connections', async () => {
  const { slow, get } = await pages();
  const statuses: number[] = [];
  for (let at = 0; at < 200; at++) void get('/slow', hostile).then(({ statusCode }) => statuses.push(statusCode));
  await expect.poll(() => slow.length).toBeGreaterThan(0);
  expect((await get('/', other)).statusCode).toBe(200);
  // Those of the first address that wait come in their turn: nothing is lost.
  await expect
    .poll(() => {
      for (const response of slow.splice(0)) response.end('page');
      return statuses;
    })
    .toEqual(Array<number>(200).fill(200));
});
