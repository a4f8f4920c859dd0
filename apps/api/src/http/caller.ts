import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressSite } from './client-address.js';

interface Caller {
  id: string;
  /** The person, once known; before that the address, or the IPv6 site, which has more networks than there are shares. */
  share: string;
}

const callers = new AsyncLocalStorage<Caller>();
const callersOf = new WeakMap<FastifyRequest, Caller>();
/** Requests of persons who are known otherwise than by `setCaller`. */
const known = new WeakSet<FastifyRequest>();

/**
 * Keeps for each request who made it, so that what is signed for one caller does not pass from another. A body that is read arrives
 * in the context of its connection, so behind it the request's own one is entered again.
 */
export function rememberCallers(server: FastifyInstance): void {
  const callerOf = (request: FastifyRequest): Caller => {
    const caller = callersOf.get(request) ?? { id: '', share: addressSite(request.ip) };
    callersOf.set(request, caller);
    return caller;
  };
  const enter = (request: FastifyRequest, _reply: unknown, done: () => void) => callers.run(callerOf(request), done);
  server.addHook('onRequest', enter);
  server.addHook('preValidation', enter);
}

/**
 * @param id names a person or one API token
 * @param userId the person, also of a token: tokens and sessions of one person have one share of what callers share
 */
export function setCaller(id: string, userId: string): void {
  const caller = callers.getStore();
  if (!caller) return;
  caller.id = id;
  caller.share = userId;
}

/** Of a public route: a person asks, as a token that came with the request proves. */
export function noteKnown(request: FastifyRequest): void {
  known.add(request);
}

/** Whether a person or a token of one asks, as far as that was looked up. */
export function isKnownCaller(request: FastifyRequest): boolean {
  return known.has(request) || (callersOf.get(request)?.id ?? '') !== '';
}

/** Does what is no request, as what a page asks over its socket, in somebody's share of what callers share. */
export function inShareOf<T>(share: string, work: () => T): T {
  return callers.run({ id: '', share }, work);
}

/** Empty for a request of nobody, and outside of requests. */
export function currentCaller(): string {
  return callers.getStore()?.id ?? '';
}

/** Whose share of the connections the present work takes. Empty where nobody asks. */
export function currentShare(): string {
  return callers.getStore()?.share ?? '';
}
