import type { Socket } from 'node:net';
import { FrameCount } from './frame-count.js';

const windowMs = 10_000;
/** Frames of one connection within the window, and reads that bring no whole frame. A page sends a handful. */
const maxWithinWindow = 200;
/** Frames of one message. Our pages and browsers send one; each waits as an object of its own until the last. */
const maxFragments = 32;

/**
 * Ends connections that send without end, whatever it is that they send (S-099). It counts frames before the `ws` library does: that
 * tells nobody of empty fragments, and takes all frames of a read in one go, also after the connection has ended (R13B-2).
 * @param head what came with the handshake
 */
export function guardAgainstFlood(socket: Socket, head: Uint8Array, nowMs: () => number = Date.now): void {
  const read = new FrameCount();
  let count = 0;
  let endsAtMs = 0;
  const mayPass = (bytes: Uint8Array): boolean => {
    if (nowMs() > endsAtMs) [count, endsAtMs] = [0, nowMs() + windowMs];
    const before = read.frames;
    read.read(bytes);
    count += Math.max(1, read.frames - before);
    if (count <= maxWithinWindow && read.fragments <= maxFragments) return true;
    socket.destroy();
    return false;
  };
  if (head.length > 0 && !mayPass(head)) return;
  const push = socket.push.bind(socket);
  socket.push = (bytes: Uint8Array | null, encoding) =>
    bytes === null || mayPass(bytes) ? push(bytes, encoding) : false;
}
