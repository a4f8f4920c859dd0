import { FairShares, type GroupedLimits, type Release } from '@cooperage/domain';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { noteKnown } from './caller.js';
import { addressGroup, addressSite } from './client-address.js';
import { callerGone, holdSlots } from './held-slots.js';
import { ApiProblem } from './problem.js';
import { type RateLimit, RateLimiter } from './rate-limiter.js';
import { waitWhileHere } from './wait-for-share.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a public route: who asks, where the request shows it; null for everybody else. Bounds what it costs by itself. */
    holderOf?: (request: FastifyRequest) => Promise<string | null>;
  }
}

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

const ofAddress = 'from this address without a session or a token';
const ofPerson = 'with API tokens of this person';

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
 * costs a query or a signature, and has no other limit that counts all of them together. A route whose callers may show who they are
 * (`holderOf`) counts those by person, in a share that nobody else can fill.
 */
export function addPublicLimits(server: FastifyInstance, limits: PublicLimits = usualLimits): void {
  const rate = new RateLimiter(limits.rate);
  const siteRate = new RateLimiter({ ...limits.rate, tries: limits.siteTries });
  const shares = new FairShares(limits.atOnce, limits.maxWaiting);
  const holderRate = new RateLimiter(limits.rate);
  const holderShares = new FairShares(limits.atOnce, limits.maxWaiting);
  const wait = async (
    { raw }: FastifyRequest,
    reply: FastifyReply,
    whose: string,
    take: (waits: AbortSignal) => Promise<Release | null>,
  ): Promise<Release> => {
    const release = await waitWhileHere(take, { request: raw, response: reply.raw }, limits.maxWaitMs);
    if (release === 'gone') throw callerGone();
    if (release === 'full') throw tooMany(1_000, limits, whose);
    return release;
  };
  const admitPublic = async (request: FastifyRequest, reply: FastifyReply): Promise<Release> => {
    const [caller, site] = [addressGroup(request.ip), addressSite(request.ip)];
    // What is refused for a site makes no counter for its networks.
    const waitMs = siteRate.take(site) || rate.take(caller);
    if (waitMs > 0) throw tooMany(waitMs, limits, ofAddress);
    return wait(request, reply, ofAddress, (waits) => shares.take(caller, waits, site));
  };
  const admitHolder = async (holder: string, request: FastifyRequest, reply: FastifyReply): Promise<Release> => {
    const waitMs = holderRate.take(holder);
    if (waitMs > 0) throw tooMany(waitMs, limits, ofPerson);
    return wait(request, reply, ofPerson, (waits) => holderShares.take(holder, waits));
  };
  const hold = holdSlots(server);
  server.addHook('onRequest', async (request, reply) => {
    if (isPublicWork(request) && !request.routeOptions.config.holderOf)
      hold(request, reply, await admitPublic(request, reply));
  });
  // Who asks may stand in the body.
  server.addHook('preHandler', async (request, reply) => {
    const { holderOf } = request.routeOptions.config;
    if (!isPublicWork(request) || !holderOf) return;
    const holder = await holderOf(request);
    if (holder !== null) noteKnown(request);
    hold(
      request,
      reply,
      holder === null ? await admitPublic(request, reply) : await admitHolder(holder, request, reply),
    );
  });
}

function isPublicWork({ method, routeOptions: { config, url = '' } }: FastifyRequest): boolean {
  if (config.access !== 'public' || uncounted.has(`${method} ${url}`)) return false;
  return /^\/(?:api|badge)\//.test(url);
}

function tooMany(waitMs: number, { rate: { tries, windowMs } }: PublicLimits, whose: string): ApiProblem {
  return new ApiProblem('rate_limited', {
    detail: `Too many requests ${whose}.`,
    retryAfterSeconds: Math.ceil(waitMs / 1000),
    rateLimit: { tries, windowSeconds: windowMs / 1000 },
  });
}
