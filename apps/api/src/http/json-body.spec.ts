import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptJsonOnly, jsonBounds } from './json-body.js';
import { replyProblem } from './problem-reply.js';
import { toProblem } from './to-problem.js';

let server: FastifyInstance;
beforeAll(() => {
  server = fastify({ bodyLimit: 1 << 20 });
  server.setErrorHandler((error, _request, reply) => replyProblem(reply, toProblem(error)));
  acceptJsonOnly(server);
  server.post('/', async ({ body }) => ({ body }));
});
afterAll(() => server.close());

const send = (payload: string, type = 'application/json') =>
  server.inject({ method: 'POST', url: '/', payload, headers: { 'content-type': type } });
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const keys = (count: number) => `{${Array.from({ length: count }, (_, at) => `"k${at}":1`).join()}}`;
const values = (count: number) => `[${Array.from({ length: count - 1 }, () => 1).join()}]`;

describe('R5-A3 a JSON body', () => {
  it.each([
    ['more values', values(jsonBounds.values + 1), 413, 'payload_too_large', 'more than 5000 values'],
    ['1 MiB of values', `[${'1,'.repeat(524_000)}1]`, 413, 'payload_too_large', 'more than 5000 values'],
    ['1 MiB of empty objects', `[${'{},'.repeat(349_000)}1]`, 413, 'payload_too_large', 'more than 5000 values'],
    ['more keys', keys(jsonBounds.keys + 1), 413, 'payload_too_large', 'more than 4000 keys'],
    ['more depth', nested(jsonBounds.depth + 1), 400, 'bad_request', 'nested deeper than 64'],
    ['a bracket too many', '[]]', 400, 'bad_request', 'not valid JSON'],
  ])('with %s is refused, and the limit is named', async (_what, payload, status, code, detail) => {
    const answer = await send(payload);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(answer.json().detail).toContain(detail);
  });

  it('is taken up to the last allowed value, key and depth', async () => {
    for (const payload of [values(jsonBounds.values), keys(jsonBounds.keys - 1), nested(jsonBounds.depth)])
      expect((await send(payload)).json()).toEqual({ body: JSON.parse(payload) });
  });

  it('is read as before: whole characters, no dangerous keys, no other type, and not empty', async () => {
    expect((await send('{"a":"é🦀 \\ud83e\\udd80"}')).json()).toEqual({ body: { a: 'é🦀 🦀' } });
    for (const payload of ['{"__proto__":{}}', '{"constructor":{"prototype":{}}}', '', '{"a":}', '{"a" 1}'])
      expect([payload, (await send(payload)).statusCode]).toEqual([payload, 400]);
    expect((await send('a=1', 'application/x-www-form-urlencoded')).statusCode).toBe(415);
  });
});
