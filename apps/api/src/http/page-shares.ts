import { FairShares, type Release } from '@cooperage/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerGone } from './held-slots.js';
import { ApiProblem } from './problem.js';
import { waitForShare } from './wait-for-share.js';

const perAddress = 32;
const maxWaiting = 256;

/**
 * Waits for a connection to the server of the pages.
 * @returns the function that gives it back. Call it when that server is done with the page, also where the caller has gone before
 * @throws {ApiProblem} `rate_limited`; `bad_request` when the caller has gone meanwhile, which nobody reads
 */
export type TakePage = (request: FastifyRequest, reply: FastifyReply) => Promise<Release>;

/**
 * Shares the connections to the server of the pages between addresses and sites. Those that find none free wait.
 * @param connections how many there are
 */
export function pageShares(connections: number): TakePage {
  const shares = new FairShares({ total: connections, perKey: perAddress }, maxWaiting);
  return async ({ ip, raw }, reply) => {
    const slot = await waitForShare(shares, ip, raw, reply.raw);
    if (slot === 'gone') throw callerGone();
    if (slot !== 'full') return slot;
    throw new ApiProblem('rate_limited', {
      detail: `Too many pages of this address are under way. It may have ${perAddress} at once. Try again in a moment.`,
      retryAfterSeconds: 1,
    });
  };
}
