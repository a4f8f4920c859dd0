import { createHash } from 'node:crypto';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { addOpenApiRoute } from './openapi.routes.js';

describe('the route of the description of the API', () => {
  it('R7-A1 sends the same buffer to each reader, so that connections copy nothing', async () => {
    const server = fastify();
    const payloads: unknown[] = [];
    server.addHook('onSend', async (_request, _reply, payload) => void payloads.push(payload));
    addOpenApiRoute(server);
    const [first, second] = [await server.inject('/api/openapi.json'), await server.inject('/api/openapi.json')];
    expect(first.json()).toMatchObject({ openapi: expect.any(String) });
    expect(second.body).toBe(first.body);
    expect(payloads[0]).toBeInstanceOf(Buffer);
    expect(payloads[1]).toBe(payloads[0]);
    const etag = `"${createHash('sha256').update(first.body).digest('base64url').slice(0, 22)}"`;
    expect(first.headers.etag).toBe(etag);
  });
});
