import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type TunnelLimits, TunnelSockets } from './tunnel-sockets.js';

/**
 * Bounds the connections of a server, also those that have not asked for anything yet. When there are too many, the oldest one of
 * the site with the most gives way.
 */
export function boundConnections(server: Server, limits: TunnelLimits): void {
  const sockets = new TunnelSockets(limits);
  server.on('connection', (socket: Socket) => {
    if (!sockets.add(socket, socket.remoteAddress ?? '')) socket.destroy();
  });
}
