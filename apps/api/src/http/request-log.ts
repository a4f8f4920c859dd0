import type { Logger } from '@cooperage/telemetry';
import type { FastifyInstance } from 'fastify';

/**
 * One line for each request. The route stands for the address: what people put into addresses is not ours to keep. Reads
 * are a matter of debugging, changes and failures are not.
 */
export function addRequestLog(server: FastifyInstance, logger: Logger): void {
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
    logger[isNews ? 'info' : 'debug'](fields, 'request');
    done();
  });
}
