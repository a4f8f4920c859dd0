import type { Release } from '@cooperage/domain';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Makes a request hold a slot until its answer is made. @param release is called once then, or when the caller has gone */
export type HoldSlot = (request: FastifyRequest, reply: FastifyReply, release: Release) => void;

/** The work is done when the answer is sent. How fast it leaves is the caller's affair, who may never read it. */
export function holdSlots(server: FastifyInstance): HoldSlot {
  const held = new WeakMap<FastifyRequest, Release>();
  server.addHook('onSend', async (request) => held.get(request)?.());
  return (request, reply, release) => {
    // A caller may have gone while it waited. A request whose body was read counts as destroyed, so its socket is asked.
    if (reply.raw.closed || request.raw.socket.destroyed) release();
    else {
      held.set(request, release);
      reply.raw.once('close', release);
    }
  };
}
