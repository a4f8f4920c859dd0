import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Longer answers are not hashed: they are rare, and seldom asked for twice. */
const maxHashedLength = 262_144;

/**
 * Answers of the API are kept by nobody but the asker's own browser, which asks again each time and gets 304 while
 * nothing has changed: cheap polling where the socket is blocked.
 */
export function addRevalidation(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    if (!reply.hasHeader('cache-control') && request.url.startsWith('/api/'))
      reply.header('cache-control', isReadable(request, reply) ? 'private, no-cache' : 'no-store');
    if (!isReadable(request, reply) || typeof payload !== 'string' || payload.length > maxHashedLength)
      return done(null, payload);
    const etag = `W/"${createHash('sha256').update(payload).digest('base64url').slice(0, 22)}"`;
    reply.header('etag', etag);
    if (request.headers['if-none-match'] !== etag) return done(null, payload);
    reply.code(304).removeHeader('content-length').removeHeader('content-type');
    return done(null, '');
  });
}

function isReadable(request: FastifyRequest, reply: FastifyReply): boolean {
  return (
    request.method === 'GET' &&
    reply.statusCode === 200 &&
    !reply.hasHeader('etag') &&
    String(reply.getHeader('content-type') ?? '').startsWith('application/json')
  );
}
