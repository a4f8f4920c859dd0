import type { IncomingMessage } from 'node:http';
import { socketPath } from '@cooperage/contracts';
import type { ServerOptions } from 'socket.io';

/** Most bytes of one message of a client, all its frames together. The longest we know is some 200. */
const maxMessageBytes = 16_384;
/** A connection that joins no namespace within this time is closed (S-101). */
const joinMs = 5_000;

/**
 * Options of the socket server: WebSocket only, nothing compressed, and a handshake only from our own pages, since CORS
 * does not protect sockets (S-096).
 * @param connections how many there are now.
 */
export function liveOptions(
  publicUrl: string,
  connections: () => number,
  maxConnections: number,
): Partial<ServerOptions> {
  return {
    path: socketPath,
    transports: ['websocket'],
    allowUpgrades: false,
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    cookie: false,
    maxHttpBufferSize: maxMessageBytes,
    connectTimeout: joinMs,
    pingInterval: 20_000,
    pingTimeout: 20_000,
    allowRequest: (request: IncomingMessage, decide: (error: string | null, allowed: boolean) => void) => {
      if (request.headers.origin !== publicUrl) return decide('foreign origin', false);
      if (connections() >= maxConnections) return decide('too many connections', false);
      decide(null, true);
    },
  };
}
