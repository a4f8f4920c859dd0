import type { IncomingMessage } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import type { SharedRoom } from '@cooperage/domain';
import type { Server, Socket } from 'socket.io';
import { addressGroup, addressSite } from '../http/client-address.js';
import { guardAgainstBlindAnswers } from './blind-answers.js';
import { ConnectionBuffer } from './connection-buffer.js';
import { guardAgainstFlood } from './flood-guard.js';
import { webSocketOf } from './web-socket-of.js';

type Connection = Socket['conn'];

/** Time to answer a WebSocket's close, and to read what was said before. */
const goodbyeMs = 1_000;

/** What Socket.IO's CONNECT_ERROR begins with (protocol version 5). */
const connectError = '4';

/**
 * Bounds what a connection may cost from its first packet on: how often it sends, how much waits for it, whether it reads, and
 * how often it asks for a namespace that it does not get. Who it is, is known later or never.
 * @param room what waits for all of them
 */
export function guardConnections(server: Server, room: SharedRoom): void {
  guardUpgrades(server.httpServer);
  server.engine.on('connection', (connection: Connection) => {
    guardAgainstBlindAnswers(connection);
    ConnectionBuffer.begin(connection, room, placesOf(connection));
    endAfterSecondRefusal(connection);
    endSoonAfterGoodbye(connection);
  });
  // Socket.IO always has this namespace, open to everybody. None of our pages joins it.
  server.of('/').use((_socket, next) => next(new Error('unauthenticated')));
}

/** Stands before engine.io, so that no byte of any WebSocket is missed, also of one that engine.io refuses and closes politely. */
function guardUpgrades(server: NodeJS.EventEmitter): void {
  const goOn = server.listeners('upgrade');
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: TcpSocket, head: Buffer) => {
    if (isSecondTransport(request)) {
      socket.on('error', () => socket.destroy());
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n', () => socket.destroy());
      return;
    }
    guardAgainstFlood(socket, head);
    for (const listener of goOn) listener.call(server, request, socket, head);
  });
}

/**
 * A WebSocket that wants to take the place of another's connection. engine.io asks neither for its origin nor whether there is room, and
 * `allowUpgrades` does not turn it away. Our pages have no other transport to change from.
 */
function isSecondTransport({ url = '' }: IncomingMessage): boolean {
  return URL.parse(url, 'http://live')?.searchParams.has('sid') ?? true;
}

/** The API says which address it passes on. */
function placesOf({ request, remoteAddress }: Connection): readonly string[] {
  const address = String(request.headers['x-forwarded-for'] ?? remoteAddress);
  return [addressGroup(address), addressSite(address)];
}

/** One that is closed, as who joins nothing is, would stand for half a minute more where its other side does not answer (R18A-1). */
function endSoonAfterGoodbye(connection: Connection): void {
  const below = webSocketOf(connection);
  connection.once('close', () => setTimeout(() => below.terminate(), goodbyeMs).unref());
}

/** A page that is refused goes away and comes back later, on another connection. */
function endAfterSecondRefusal(connection: Connection): void {
  let refused = 0;
  connection.on('packetCreate', ({ type, data }: { readonly type: string; readonly data?: unknown }) => {
    if (type !== 'message' || typeof data !== 'string' || !data.startsWith(connectError)) return;
    if (++refused > 1) webSocketOf(connection).terminate();
  });
}
