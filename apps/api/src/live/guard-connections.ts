import type { Server, Socket } from 'socket.io';
import { ConnectionBuffer } from './connection-buffer.js';
import { guardAgainstFlood } from './flood-guard.js';

type Connection = Socket['conn'];

/** What Socket.IO's CONNECT_ERROR begins with (protocol version 5). */
const connectError = '4';

/**
 * Bounds what a connection may cost from its first packet on: how often it sends, how much waits for it, and how often it asks
 * for a namespace that it does not get. Who it is, is known later or never.
 */
export function guardConnections(server: Server): void {
  server.engine.on('connection', (connection: Connection) => {
    guardAgainstFlood(connection);
    ConnectionBuffer.of(connection);
    endAfterSecondRefusal(connection);
  });
  // Socket.IO always has this namespace, open to everybody. None of our pages joins it.
  server.of('/').use((_socket, next) => next(new Error('unauthenticated')));
}

/** A page that is refused goes away and comes back later, on another connection. */
function endAfterSecondRefusal(connection: Connection): void {
  const { socket } = connection.transport as unknown as { readonly socket?: { terminate(): void } };
  let refused = 0;
  connection.on('packetCreate', ({ type, data }: { readonly type: string; readonly data?: unknown }) => {
    if (type !== 'message' || typeof data !== 'string' || !data.startsWith(connectError)) return;
    if (++refused > 1) socket?.terminate();
  });
}
