import { BoundedLines, type Logger } from '@cooperage/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isKnownCaller } from './caller.js';

/**
 * One line for each request. The route stands for the address: what people put into addresses is not ours to keep. Reads
 * are a matter of debugging, changes and failures are not. Refusals of callers whom nobody knows are bounded: how many there are is
 * the caller's choice.
 */
export function addRequestLog(server: FastifyInstance, logger: Logger): void {
  const refusals = new BoundedLines(logger, 'requests that were refused are left out here');
  server.addHook('onResponse', (request, reply, done) => {
    const fields = {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      address: request.ip,
    };
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const isNews = reply.statusCode >= 500 || (!isRead && request.url.startsWith('/api/'));
    if (!isNews) logger.debug(fields, 'request');
    else if (!isRefusalOfStranger(request, reply) || refusals.admits(kindOf(request, reply)))
      logger.info(fields, 'request');
    done();
  });
  server.addHook('onClose', async () => refusals.close());
}

/** That there is no room counts as a refusal. Every other failure is ours. */
function isRefusalOfStranger(request: FastifyRequest, { statusCode }: FastifyReply): boolean {
  return ((statusCode >= 400 && statusCode < 500) || statusCode === 503) && !isKnownCaller(request);
}

/** So that a flood of one kind does not leave the lines of another out. */
function kindOf({ routeOptions: { url = '' } }: FastifyRequest, { statusCode }: FastifyReply): string {
  const part = /^\/api\/(?:v1\/)?(hooks|auth|registry)\//.exec(url)?.[1] ?? 'other';
  return `${statusCode} ${part}`;
}
