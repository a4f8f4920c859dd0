import type { Release, SharedRoom } from '@cooperage/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressGroup, addressSite } from './client-address.js';
import { callerGone } from './held-slots.js';
import { personOf } from './unread-answers.js';

/**
 * Counts each request by one, from its head until its answer has left: for so long its connection is not idle. It counts for the address and its
 * site, and for the person as soon as an answer to one begins, since a log may be followed for hours. When the room is full, the
 * oldest connection of the heaviest holder is reset. Without it small requests that never end hold all connections of a TLS
 * proxy, far below any bound of bytes (R19A-1). Call it behind hooks that refuse.
 */
export function boundRequests(server: FastifyInstance, room: SharedRoom): void {
  const held = new WeakMap<FastifyRequest, Release>();
  server.addHook('onRequest', (request, reply, done) => {
    let gaveWay = false;
    const end = () => {
      gaveWay = true;
      request.raw.socket.resetAndDestroy();
    };
    held.set(request, room.take([addressGroup(request.ip), addressSite(request.ip)], 1, end));
    reply.raw.once('close', () => held.get(request)?.());
    // It may be the heaviest by itself.
    done(gaveWay ? callerGone() : undefined);
  });
  server.addHook('onSend', (request, reply, _payload, done) => {
    const [release, person] = [held.get(request), personOf(request)];
    // One that gave way takes no room again.
    if (release && person !== null && !reply.raw.closed && !request.raw.socket.destroyed) {
      release();
      const end = () => void request.raw.socket.resetAndDestroy();
      held.set(request, room.take([person], 1, end));
    }
    done();
  });
}
