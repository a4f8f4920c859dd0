import { FairShares } from '@cooperage/domain';
import type { FastifyInstance } from 'fastify';
import { addressGroup, addressSite } from './client-address.js';
import { ApiProblem } from './problem.js';

const perAddress = 32;
const maxWaiting = 256;
const maxWaitMs = 10_000;

/**
 * Shares the connections to the server of the pages between addresses and sites. A page holds its connection until its reader has all of it,
 * so one address could hold them all. Those that find none free wait.
 * @param connections how many there are
 */
export function sharePages(server: FastifyInstance, connections: number): void {
  const shares = new FairShares({ total: connections, perKey: perAddress }, maxWaiting);
  server.addHook('onRequest', async (request, reply) => {
    const release = await shares.take(
      addressGroup(request.ip),
      AbortSignal.timeout(maxWaitMs),
      addressSite(request.ip),
    );
    if (release === null)
      throw new ApiProblem('rate_limited', {
        detail: `Too many pages of this address are under way. It may have ${perAddress} at once. Try again in a moment.`,
        retryAfterSeconds: 1,
      });
    // A caller may have gone while it waited.
    if (reply.raw.closed || request.raw.destroyed) release();
    else reply.raw.once('close', release);
  });
}
