import { idSchema } from '@cooperage/contracts';
import type { Logger } from '@cooperage/telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiProblem, notFound } from '../http/problem.js';
import { replyProblem } from '../http/problem-reply.js';
import { toProblem } from '../http/to-problem.js';
import type { IntakeService } from './intake.service.js';
import { IntakeGate } from './intake-gate.js';

const hookBodyLimitBytes = 25 * 1024 * 1024;
const maxCalls = 512;
const maxBytesUnderWay = 256 * 1024 * 1024;

/**
 * `POST /api/v1/hooks/{projectId}`, outside Nest: the raw body is needed, and forges give up after ten seconds. A scope
 * of its own, in which nothing but this route takes whole bodies of any kind.
 */
export function addIntakeRoute(server: FastifyInstance, intake: IntakeService, logger: Logger): void {
  const gate = new IntakeGate(maxCalls, maxBytesUnderWay);
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: hookBodyLimitBytes }, (_request, body, done) =>
      done(null, body),
    );
    scope.setErrorHandler((error, request, reply) => {
      const problem = toProblem(error);
      if (problem.status >= 500) logger.error({ err: error, requestId: request.id }, 'webhook was not taken');
      return replyProblem(reply, problem);
    });
    scope.addHook('onRequest', async (request, reply) => {
      const leave = gate.enter(expectedBytes(request));
      if (leave === null)
        throw new ApiProblem('unavailable', { detail: 'Too many webhooks are under way.', retryAfterSeconds: 5 });
      // A caller who goes away in the middle of the body never gets an answer.
      reply.raw.once('close', leave);
    });
    const options = { config: { access: 'public' as const }, bodyLimit: hookBodyLimitBytes };
    scope.post<{ Params: { projectId: string } }>('/api/v1/hooks/:projectId', options, async (request, reply) => {
      const accepted = await intake.receive({
        projectId: projectIdOf(request.params.projectId),
        headers: request.headers,
        rawBody: request.body instanceof Buffer ? request.body : Buffer.alloc(0),
        address: request.ip,
      });
      return reply.code(202).header('cache-control', 'no-store').send(accepted);
    });
  });
}

/** A body without a length may become as long as the limit. */
function expectedBytes(request: FastifyRequest): number {
  const length = Number(request.headers['content-length']);
  return Number.isSafeInteger(length) && length >= 0 ? Math.min(length, hookBodyLimitBytes) : hookBodyLimitBytes;
}

/** An address that cannot be a project's is no webhook address at all. */
function projectIdOf(text: string): string {
  if (!idSchema.safeParse(text).success) throw notFound();
  return text.toLowerCase();
}
