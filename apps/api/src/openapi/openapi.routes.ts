import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { openApiFile } from './openapi-file.js';

/** The description of the API, as it was committed with this version. */
export function addOpenApiRoute(server: FastifyInstance): void {
  const text = readFileSync(openApiFile, 'utf8');
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  server.get('/api/openapi.json', { config: { access: 'public' } }, async (request, reply) => {
    void reply.header('etag', etag).header('cache-control', 'public, max-age=300');
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.header('content-type', 'application/json; charset=utf-8').send(text);
  });
}
