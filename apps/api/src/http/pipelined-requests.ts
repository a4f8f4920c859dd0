import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';

/** Browsers and proxies wait for an answer before they ask for more on the same connection. */
const usualMost = 32;

/**
 * Ends connections with more than `most` requests that are not answered yet. Node hands over all requests of what it has read from a
 * connection in one go, up to 64 KiB: some 1,700 short ones, and no timer and no other connection has a turn before they are begun.
 * Takes the place of the server's listeners, so it comes after those that answer.
 */
export function boundPipelining(server: Server, most = usualMost): void {
  const answer = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  const unanswered = new WeakMap<object, number>();
  server.on(
    'request',
    (request: IncomingMessage, response: ServerResponse<IncomingMessage> & { req: IncomingMessage }) => {
      const { socket } = request;
      // What was read with it is still handed over after a connection has ended.
      if (socket.destroyed) return;
      const count = (unanswered.get(socket) ?? 0) + 1;
      if (count > most) {
        socket.destroy();
        return;
      }
      unanswered.set(socket, count);
      response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
      for (const listener of answer) listener.call(server, request, response);
    },
  );
}
