import { FairShares, type GroupedLimits, type Release } from '@cooperage/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressGroup, addressSite } from './client-address.js';
import { ApiProblem } from './problem.js';
import { type RateLimit, RateLimiter } from './rate-limiter.js';

export interface PublicLimits {
  /** Requests of one address that are answered in a time. */
  readonly rate: RateLimit;
  /** Those of all networks of one IPv6 site together, in the same time. */
  readonly siteTries: number;
  /** Requests that are worked on at once: of all addresses, of one, and of one site. */
  readonly atOnce: GroupedLimits;
  /** Most requests of one address or site that wait for others of it, and for how long. */
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
}

const usualLimits: PublicLimits = {
  rate: { tries: 3_000, windowMs: 60_000 },
  siteTries: 12_000,
  atOnce: { total: 64, perKey: 16, perGroup: 16 },
  maxWaiting: 256,
  maxWaitMs: 5_000,
};

/**
 * Not counted: webhooks, which have a gate of their own; and what the server of the pages reads for everybody who is not signed
 * in, since it comes from one address. Another method of the same address counts.
 */
const uncounted = new Set([
  'POST /api/v1/hooks/:projectId',
  'GET /api/v1/setup',
  'GET /api/v1/setup/checks',
  'GET /api/v1/sign-in-ways',
  'GET /api/openapi.json',
]);

/**
 * Bounds what one address can make the API do without showing who it is: badges, keys, registry tokens, sign-in. Each of them
 * costs a query or a signature, and has no other limit that counts all of them together. Addresses that do not exist count too.
 */
export function addPublicLimits(server: FastifyInstance, limits: PublicLimits = usualLimits): void {
  const rate = new RateLimiter(limits.rate);
  const siteRate = new RateLimiter({ ...limits.rate, tries: limits.siteTries });
  const shares = new FairShares(limits.atOnce, limits.maxWaiting);
  const held = new WeakMap<FastifyRequest, Release>();
  server.addHook('onRequest', async (request, reply) => {
    if (!isPublicWork(request)) return;
    const [caller, site] = [addressGroup(request.ip), addressSite(request.ip)];
    // What is refused for a site makes no counter for its networks.
    const waitMs = siteRate.take(site) || rate.take(caller);
    if (waitMs > 0) throw tooMany(waitMs, limits);
    const release = await shares.take(caller, AbortSignal.timeout(limits.maxWaitMs), site);
    if (release === null) throw tooMany(1_000, limits);
    // A caller may have gone while it waited.
    if (reply.raw.closed || request.raw.destroyed) release();
    else {
      held.set(request, release);
      reply.raw.once('close', release);
    }
  });
  // The work is done. How fast the answer leaves is the caller's affair, who may never read it.
  server.addHook('onSend', async (request) => held.get(request)?.());
}

/** Pages and health are no work of ours: they stand elsewhere. */
function isPublicWork({ method, routeOptions: { config, url = '' } }: FastifyRequest): boolean {
  if (config.access !== 'public' || uncounted.has(`${method} ${url}`)) return false;
  return /^\/(?:api|badge)\//.test(url);
}

function tooMany(waitMs: number, { rate: { tries, windowMs } }: PublicLimits): ApiProblem {
  return new ApiProblem('rate_limited', {
    detail: 'Too many requests from this address without a session or a token.',
    retryAfterSeconds: Math.ceil(waitMs / 1000),
    rateLimit: { tries, windowSeconds: windowMs / 1000 },
  });
}
