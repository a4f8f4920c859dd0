import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { IsIdle } from './pipelined-requests.js';
import { SharedSockets } from './shared-sockets.js';

/**
 * Bounds the connections of a server, also those that have not asked for anything yet. When there are too many, the oldest one of
 * the site with the most gives way. Behind a proxy that passes TCP on all are of one address: there the oldest idle one gives way, or
 * connections that are kept open would shut everybody out (R15A-4).
 */
export function boundConnections(server: Server, total: number, isIdle: IsIdle): void {
  const sockets = new SharedSockets({ total, isIdle });
  server.on('connection', (socket: Socket) => {
    if (!sockets.add(socket, socket.remoteAddress ?? '')) socket.destroy();
  });
}
