import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { headBytes } from './bounded-heads.js';

/** Browsers and proxies wait for an answer before they ask for more on the same connection. */
const usualMost = 32;
/** Of heads that wait behind an answer. What is read of a connection in one go is as long. */
const mostHeadBytes = 65_536;

/** Requests of one connection that are not answered yet. */
interface Unanswered {
  readonly responses: Set<ServerResponse>;
  headBytes: number;
}

/** A server with the option of this name has it as a property, or Node's own default. */
type UpgradingServer = Server & { shouldUpgradeCallback(request: IncomingMessage): boolean };

/**
 * Ends connections with more than `most` requests that are not answered yet, or whose heads are too long together. Node hands over all requests of what it has read from a
 * connection in one go, up to 64 KiB: some 1,700 short ones, and no timer and no other connection has a turn before they are begun.
 * Takes the place of the server's listeners, so it comes after those that answer.
 */
export function boundPipelining(server: Server, most = usualMost): void {
  const answer = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  const connections = new WeakMap<Duplex, Unanswered>();
  const unansweredOf = (socket: Duplex): Unanswered => {
    const known = connections.get(socket);
    if (known) return known;
    const unanswered: Unanswered = { responses: new Set(), headBytes: 0 };
    connections.set(socket, unanswered);
    // Node does it too, but not where a CONNECT or an upgrade ended the pipeline: those behind the first answer would never close, and
    // nobody would give back what they hold (R15A-2).
    socket.once('close', () => {
      for (const response of unanswered.responses) response.destroy();
    });
    return unanswered;
  };
  server.on(
    'request',
    (request: IncomingMessage, response: ServerResponse<IncomingMessage> & { req: IncomingMessage }) => {
      const { socket } = request;
      // What was read with it is still handed over after a connection has ended.
      if (socket.destroyed) return;
      const unanswered = unansweredOf(socket);
      const { responses } = unanswered;
      const bytes = headBytes(request);
      responses.add(response);
      unanswered.headBytes += bytes;
      response.once('close', () => {
        responses.delete(response);
        unanswered.headBytes -= bytes;
      });
      if (responses.size > most || (responses.size > 1 && unanswered.headBytes > mostHeadBytes)) {
        socket.destroy();
        return;
      }
      for (const listener of answer) listener.call(server, request, response);
    },
  );
  const upgrading = server as UpgradingServer;
  const { shouldUpgradeCallback } = upgrading;
  // Asked for upgrades. A CONNECT ends its connection, since nobody listens to it.
  upgrading.shouldUpgradeCallback = (request) => {
    if (!shouldUpgradeCallback.call(server, request)) return false;
    // Its answers would come in the midst of what takes over the connection.
    const isFree = !connections.get(request.socket)?.responses.size;
    if (!isFree) request.socket.destroy();
    return isFree;
  };
}
