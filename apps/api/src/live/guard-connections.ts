import type { SharedRoom } from '@cooperage/domain';
import type { Server, Socket } from 'socket.io';
import { addressGroup, addressSite } from '../http/client-address.js';
import { guardAgainstBlindAnswers } from './blind-answers.js';
import { ConnectionBuffer } from './connection-buffer.js';
import { guardAgainstFlood } from './flood-guard.js';
import { webSocketOf } from './web-socket-of.js';

type Connection = Socket['conn'];

/** What Socket.IO's CONNECT_ERROR begins with (protocol version 5). */
const connectError = '4';

/**
 * Bounds what a connection may cost from its first packet on: how often it sends, how much waits for it, whether it reads, and
 * how often it asks for a namespace that it does not get. Who it is, is known later or never.
 * @param room what waits for all of them
 */
export function guardConnections(server: Server, room: SharedRoom): void {
  server.engine.on('connection', (connection: Connection) => {
    guardAgainstFlood(connection);
    guardAgainstBlindAnswers(connection);
    ConnectionBuffer.begin(connection, room, placesOf(connection));
    endAfterSecondRefusal(connection);
  });
  // Socket.IO always has this namespace, open to everybody. None of our pages joins it.
  server.of('/').use((_socket, next) => next(new Error('unauthenticated')));
}

/** The API says which address it passes on. */
function placesOf({ request, remoteAddress }: Connection): readonly string[] {
  const address = String(request.headers['x-forwarded-for'] ?? remoteAddress);
  return [addressGroup(address), addressSite(address)];
}

/** A page that is refused goes away and comes back later, on another connection. */
function endAfterSecondRefusal(connection: Connection): void {
  let refused = 0;
  connection.on('packetCreate', ({ type, data }: { readonly type: string; readonly data?: unknown }) => {
    if (type !== 'message' || typeof data !== 'string' || !data.startsWith(connectError)) return;
    if (++refused > 1) webSocketOf(connection).terminate();
  });
}
