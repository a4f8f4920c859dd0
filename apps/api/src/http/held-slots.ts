import type { Release } from '@cooperage/domain';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblem } from './problem.js';

/**
 * Makes a request hold a slot until its answer is made. @param release is called once then; or when the caller goes before the
 * request is whole, since nothing is done for it then
 * @throws {ApiProblem} `bad_request` when the caller has gone already, which nobody reads
 */
export type HoldSlot = (request: FastifyRequest, reply: FastifyReply, release: Release) => void;

/**
 * The work is done when the answer is made. How fast it leaves is the caller's affair, who may never read it. Work that has begun
 * goes on when its caller goes, with its body, so its slot is held on as well.
 */
export function holdSlots(server: FastifyInstance): HoldSlot {
  const held = new WeakMap<FastifyRequest, Release[]>();
  const whole = new WeakSet<FastifyRequest>();
  const left = new WeakSet<FastifyRequest>();
  const giveBack = (request: FastifyRequest) => {
    for (const release of held.get(request) ?? []) release();
    held.delete(request);
  };
  // Comes behind the body, and also where there is none.
  server.addHook('preValidation', async (request) => {
    if (left.has(request)) throw callerGone();
    whole.add(request);
  });
  server.addHook('onSend', async (request) => giveBack(request));
  return (request, reply, release) => {
    held.set(request, [...(held.get(request) ?? []), release]);
    // A caller may have gone while it waited. A request whose body was read counts as destroyed, so its socket is asked.
    if (reply.raw.closed || request.raw.socket.destroyed) throw callerGone();
    if (whole.has(request)) return;
    reply.raw.once('close', () => {
      if (whole.has(request)) return;
      left.add(request);
      giveBack(request);
    });
  };
}

export function callerGone(): ApiProblem {
  return new ApiProblem('bad_request', { detail: 'The caller went before the request was dealt with.' });
}
