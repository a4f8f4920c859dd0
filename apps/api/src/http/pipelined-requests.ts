import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { headBytes } from './bounded-heads.js';

/** Browsers and proxies wait for an answer before they ask for more on the same connection. */
const usualMost = 32;
/** Of heads that wait behind an answer. What is read of a connection in one go is as long. */
const mostHeadBytes = 65_536;

/** Requests of one connection that are not answered yet. */
interface Unanswered {
  count: number;
  headBytes: number;
}

/**
 * Ends connections with more than `most` requests that are not answered yet, or whose heads are too long together. Node hands over all requests of what it has read from a
 * connection in one go, up to 64 KiB: some 1,700 short ones, and no timer and no other connection has a turn before they are begun.
 * Takes the place of the server's listeners, so it comes after those that answer.
 */
export function boundPipelining(server: Server, most = usualMost): void {
  const answer = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  const unanswered = new WeakMap<object, Unanswered>();
  server.on(
    'request',
    (request: IncomingMessage, response: ServerResponse<IncomingMessage> & { req: IncomingMessage }) => {
      const { socket } = request;
      // What was read with it is still handed over after a connection has ended.
      if (socket.destroyed) return;
      const waiting = unanswered.get(socket) ?? { count: 0, headBytes: 0 };
      unanswered.set(socket, waiting);
      const bytes = headBytes(request);
      waiting.count++;
      waiting.headBytes += bytes;
      if (waiting.count > most || (waiting.count > 1 && waiting.headBytes > mostHeadBytes)) {
        socket.destroy();
        return;
      }
      response.once('close', () => {
        waiting.count--;
        waiting.headBytes -= bytes;
      });
      for (const listener of answer) listener.call(server, request, response);
    },
  );
}
