import { Readable } from 'node:stream';
import type { SharedRoom } from '@cooperage/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { headBytes } from './bounded-heads.js';
import { currentShare } from './caller.js';
import { addressGroup, addressSite } from './client-address.js';

/** What a request and its answer take beside their texts. It bounds how many short answers wait. */
const answerBytes = 4_096;

/**
 * Bounds the answers that are finished and not read: each counts until the kernel has all of it. They count for the person, or
 * for the address and its site before the person is known. When the room is full, the oldest connection of the heaviest holder is
 * reset. Call it behind all hooks that change an answer.
 */
export function boundUnreadAnswers(server: FastifyInstance, room: SharedRoom): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    // Unlike an end, a reset frees what the kernel holds for a reader who never takes it.
    const end = () => void request.raw.socket.resetAndDestroy();
    const bytes = answerBytes + headBytes(request.raw) + bytesOf(payload);
    if (!reply.raw.closed) reply.raw.once('close', room.take(holdersOf(request), bytes, end));
    done(null, payload);
  });
}

function holdersOf(request: FastifyRequest): readonly string[] {
  const person = personOf(request);
  return person === null ? [addressGroup(request.ip), addressSite(request.ip)] : [person];
}

/** Null before the person is known: the share is a place until then. */
export function personOf({ ip }: FastifyRequest): string | null {
  const share = currentShare();
  return share === '' || share === addressSite(ip) || share === addressGroup(ip) ? null : share;
}

/** Of a stream what it holds now, or may hold later. */
function bytesOf(payload: unknown): number {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  if (payload instanceof Uint8Array) return payload.length;
  return payload instanceof Readable ? Math.max(payload.readableLength, payload.readableHighWaterMark) : 0;
}
