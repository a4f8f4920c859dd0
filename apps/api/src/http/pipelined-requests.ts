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

/** Whether a connection waits for nothing: all of its requests are answered, and no upgrade has taken it over. */
export type IsIdle = (socket: Duplex) => boolean;

/** A server with the option of this name has it as a property, or Node's own default. */
type UpgradingServer = Server & { shouldUpgradeCallback(request: IncomingMessage): boolean };

/**
 * Ends connections with more than `most` requests that are not answered yet, or whose heads are too long together. Node hands over all
 * requests of what it has read from a connection in one go, up to 64 KiB: some 1,700 short ones, and no timer and no other connection has a
 * turn before they are begun. Takes the place of the server's listeners, so it comes after those that answer.
 */
export function boundPipelining(server: Server, most = usualMost): IsIdle {
  const answer = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  const connections = new WeakMap<Duplex, Unanswered>();
  server.on(
    'request',
    (request: IncomingMessage, response: ServerResponse<IncomingMessage> & { req: IncomingMessage }) => {
      const { socket } = request;
      // What was read with it is still handed over after a connection has ended.
      if (socket.destroyed) return;
      const unanswered = connections.get(socket) ?? watched(socket);
      connections.set(socket, unanswered);
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
  const isAnswered: IsIdle = (socket) => !connections.get(socket)?.responses.size;
  const isUpgraded = boundUpgrades(server, isAnswered);
  return (socket) => isAnswered(socket) && !isUpgraded(socket);
}

/**
 * What a connection was not answered closes with it. Node sees to that too, but not where a CONNECT or an upgrade ended the pipeline: those
 * behind the first answer would never close, and nobody would give back what they hold (R15A-2).
 */
function watched(socket: Duplex): Unanswered {
  const responses = new Set<ServerResponse>();
  socket.once('close', () => {
    for (const response of responses) response.destroy();
  });
  return { responses, headBytes: 0 };
}

/**
 * Ends a connection with an upgrade behind requests that are not answered: their answers would come in the midst of its frames. A CONNECT
 * always ends its connection, since nobody listens to it.
 * @returns whether an upgrade has taken a connection over
 */
function boundUpgrades(server: Server, isAnswered: IsIdle): (socket: Duplex) => boolean {
  const upgraded = new WeakSet<Duplex>();
  const upgrading = server as UpgradingServer;
  const { shouldUpgradeCallback } = upgrading;
  upgrading.shouldUpgradeCallback = (request) => {
    const { socket } = request;
    if (!shouldUpgradeCallback.call(server, request)) return false;
    if (isAnswered(socket)) {
      upgraded.add(socket);
      return true;
    }
    socket.destroy();
    return false;
  };
  return (socket) => upgraded.has(socket);
}
