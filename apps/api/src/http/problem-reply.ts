import type { FastifyReply } from 'fastify';
import type { ApiProblem } from './problem.js';

/** Answers with RFC 9457 problem details; a 429 says what is left by draft-ietf-httpapi-ratelimit-headers too. */
export function replyProblem(reply: FastifyReply, problem: ApiProblem): FastifyReply {
  const { retryAfterSeconds, rateLimit, allow } = problem.options;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  if (allow !== undefined) void reply.header('allow', allow.join(', '));
  if (problem.status === 429) void reply.header('ratelimit', `"tries";r=0;t=${retryAfterSeconds ?? 1}`);
  if (rateLimit !== undefined)
    void reply.header('ratelimit-policy', `"tries";q=${rateLimit.tries};w=${rateLimit.windowSeconds}`);
  if (problem.status === 401 && !reply.hasHeader('www-authenticate'))
    void reply.header('www-authenticate', 'Bearer realm="cooperage"');
  return reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problem.body(reply.request.id)));
}
