import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyInstance } from 'fastify';
import { addressSite } from './client-address.js';

interface Caller {
  id: string;
  /** The person, once known; before that the address, or the IPv6 site, which has more networks than there are shares. */
  share: string;
}

const callers = new AsyncLocalStorage<Caller>();

/** Keeps for each request who made it, so that what is signed for one caller does not pass from another. */
export function rememberCallers(server: FastifyInstance): void {
  server.addHook('preValidation', (request, _reply, done) =>
    callers.run({ id: '', share: addressSite(request.ip) }, done),
  );
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

/** Empty for a request of nobody, and outside of requests. */
export function currentCaller(): string {
  return callers.getStore()?.id ?? '';
}

/** Whose share of the connections the present work takes. Empty outside of requests. */
export function currentShare(): string {
  return callers.getStore()?.share ?? '';
}
