import type { Socket } from 'socket.io';

interface Transport {
  /** The WebSocket of the `ws` library. */
  readonly socket?: { on(event: 'ping', listener: () => void): unknown; terminate(): void };
}

const windowMs = 10_000;
/** Messages and pings of one connection within the window. A page sends a handful. */
const maxWithinWindow = 200;

/** Ends connections that send without end, whatever it is that they send (S-099). */
export function guardAgainstFlood(connection: Socket['conn'], nowMs: () => number = Date.now): void {
  const { socket } = connection.transport as unknown as Transport;
  let count = 0;
  let endsAtMs = 0;
  const take = (): void => {
    if (nowMs() > endsAtMs) [count, endsAtMs] = [0, nowMs() + windowMs];
    if (++count > maxWithinWindow) socket?.terminate();
  };
  connection.on('packet', take);
  socket?.on('ping', take);
}
