import { randomBytes } from 'node:crypto';
import type { Socket } from 'socket.io';
import { webSocketOf } from './web-socket-of.js';

interface Packet {
  readonly type: string;
}

const proofBytes = 8;
/** Answers since the last proof. One comes behind each proof, and one more may come before the proof that belongs to it. */
const maxUnproven = 2;

/**
 * Ends a connection that answers the pings of Socket.IO without reading them: their answer is always the same. So a WebSocket ping
 * (RFC 6455, 5.5.2) with random bytes goes out before each of them. A browser sends these bytes back by itself. Both pings wait
 * in one queue, so no time is measured here: a reader who is slow answers both late.
 */
export function guardAgainstBlindAnswers(connection: Socket['conn']): void {
  const socket = webSocketOf(connection);
  let proof: Buffer | undefined;
  let unproven = 0;
  connection.on('packetCreate', ({ type }: Packet) => {
    if (type !== 'ping') return;
    proof = randomBytes(proofBytes);
    socket.ping(proof);
  });
  socket.on('pong', (bytes) => {
    if (!proof?.equals(bytes)) return;
    proof = undefined;
    unproven = 0;
  });
  connection.on('packet', ({ type }: Packet) => {
    if (type === 'pong' && ++unproven > maxUnproven) socket.terminate();
  });
}
