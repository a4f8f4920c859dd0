import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

const usualStallMs = 60_000;

/**
 * Ends connections whose callers read nothing of an answer for `stallMs`. Behind such an answer all that they asked for later
 * waits in memory, and a long page holds its connection to the server of the pages. An answer that is not there yet may take longer.
 */
export function endStalledReaders(server: FastifyInstance, stallMs = usualStallMs): void {
  server.server.setTimeout(stallMs);
  server.addHook('onRequest', (_request, reply, done) => {
    // Node ends a connection on which nothing moved, unless an answer under way listens. Answers that wait in line are not asked.
    reply.raw.on('timeout', (socket: Socket) => {
      if (socket.writableLength > 0) socket.resetAndDestroy();
    });
    done();
  });
}
