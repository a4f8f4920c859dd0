import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { openApiFile } from './openapi-file.js';

/**
 * The description of the API, as it was committed with this version. Connections refer to one buffer until they are read; a string
 * would be copied for each of them.
 */
export function addOpenApiRoute(server: FastifyInstance): void {
  const document = readFileSync(openApiFile);
  const etag = `"${createHash('sha256').update(document).digest('base64url').slice(0, 22)}"`;
  server.get('/api/openapi.json', { config: { access: 'public' } }, async (request, reply) => {
    void reply.header('etag', etag).header('cache-control', 'public, max-age=300');
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.header('content-type', 'application/json; charset=utf-8').send(document);
  });
}
