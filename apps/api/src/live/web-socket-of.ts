import type { Socket } from 'socket.io';

/** What we need of a WebSocket of the `ws` library. */
export interface WebSocketBelow {
  readonly bufferedAmount: number;
  ping(bytes: Buffer): void;
  terminate(): void;
  on(event: 'pong', listener: (bytes: Buffer) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** The WebSocket below a connection of engine.io, which closes later than the connection. Other transports are not allowed. */
export function webSocketOf(connection: Socket['conn']): WebSocketBelow {
  return (connection.transport as unknown as { readonly socket: WebSocketBelow }).socket;
}
