import type { FastifyReply } from 'fastify';
import type { ApiProblem } from './problem.js';

/** Answers with RFC 9457 problem details. */
export function replyProblem(reply: FastifyReply, problem: ApiProblem): FastifyReply {
  const { retryAfterSeconds, allow } = problem.options;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  if (allow !== undefined) void reply.header('allow', allow.join(', '));
  if (problem.status === 401 && !reply.hasHeader('www-authenticate'))
    void reply.header('www-authenticate', 'Bearer realm="cooperage"');
  return reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problem.body(reply.request.id)));
}
