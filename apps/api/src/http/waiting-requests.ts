import type { Release, SharedRoom } from '@cooperage/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { headBytes } from './bounded-heads.js';
import { addressGroup, addressSite } from './client-address.js';
import { callerGone } from './held-slots.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a route with a gate of its own, which counts the bytes of its requests. */
    countsBytes?: true;
  }
}

/** What a request takes beside its texts: the objects of Node, Fastify and hooks. */
const requestBytes = 4_096;

/**
 * Counts each request from its beginning until its answer is made, for the address and its site: its head, and the body that it may
 * bring. Other limits begin only when the body is whole, or count requests and not bytes (R17A-1). When the room is full, the oldest
 * connection of the heaviest holder is reset. Webhooks have a gate of their own, which counts both. Call it behind hooks that refuse.
 */
export function countWaitingRequests(server: FastifyInstance, room: SharedRoom): void {
  const held = new WeakMap<FastifyRequest, Release>();
  server.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.countsBytes) return done();
    let gaveWay = false;
    const end = () => {
      gaveWay = true;
      request.raw.socket.resetAndDestroy();
    };
    const bytes = requestBytes + headBytes(request.raw) + bodyBytes(request);
    const release = room.take([addressGroup(request.ip), addressSite(request.ip)], bytes, end);
    held.set(request, release);
    reply.raw.once('close', release);
    // It may be the heaviest by itself.
    done(gaveWay ? callerGone() : undefined);
  });
  server.addHook('onSend', (request, reply, _payload, done) => {
    const release = held.get(request);
    if (release) {
      reply.raw.off('close', release);
      release();
    }
    done();
  });
}

/** What is announced. A chunked body may be as long as its route allows. */
function bodyBytes({ headers, routeOptions: { bodyLimit = 0 } }: FastifyRequest): number {
  if (headers['transfer-encoding'] !== undefined) return bodyLimit;
  return Math.min(Number(headers['content-length'] ?? 0), bodyLimit);
}
