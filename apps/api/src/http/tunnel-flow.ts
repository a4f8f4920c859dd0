import type { Socket } from 'node:net';
import type { SharedRoom } from '@cooperage/domain';

/** What waits at most while a reader lags: a chunk that was read, and what both ends hold beside it. */
const lagBytes = 192 * 1024;

export interface FlowBounds {
  /** What waits in all tunnels, and for other readers. */
  readonly room: SharedRoom;
  /** Whom it counts for. */
  readonly holders: readonly string[];
  /** A reader that takes nothing for so long is given up. */
  readonly stallMs: number;
  /** Ends the tunnel. Called when its reader stalls, or when it has to give way to others. */
  readonly end: () => void;
}

/** Passes on what `from` sends, as fast as `to` takes it. While `to` lags, what waits counts in the room. */
export function passOn(from: Socket, to: Socket, { room, holders, stallMs, end }: FlowBounds): void {
  const place = room.place(holders, end);
  let timer: NodeJS.Timeout | undefined;
  const watch = (): void => {
    const before = unsent(to);
    timer = setTimeout(() => (unsent(to) === before ? end() : watch()), stallMs).unref();
  };
  const goOn = (): void => {
    clearTimeout(timer);
    timer = undefined;
    place.resize(0);
  };
  // The pipe pauses one end until the other has nothing left to write, and also when the other has ended.
  from.on('pause', () => {
    if (timer !== undefined || !to.writable) return;
    place.resize(lagBytes);
    watch();
  });
  to.on('drain', goOn);
  to.once('close', goOn);
  from.pipe(to);
}

/**
 * Is another as soon as anything left a socket to which nothing was written meanwhile. The stream counts a chunk until all of it
 * has left, and the handle knows how much of it the kernel has taken: a slow reader may need a minute for one.
 */
function unsent(socket: Socket): string {
  const { _handle: handle } = socket as unknown as { readonly _handle?: { readonly writeQueueSize?: number } | null };
  return `${socket.writableLength} ${handle?.writeQueueSize}`;
}
