import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AccessRule } from '../http/access-rule.js';
import { setCaller } from '../http/caller.js';
import { holdSlots } from '../http/held-slots.js';
import { ApiProblem } from '../http/problem.js';
import { SharedSlots } from '../http/shared-slots.js';
import { knownPrincipal, setPrincipal } from './current-principal.js';
import { actorIdOf, type Principal } from './principal.js';
import { PrincipalsService } from './principals.service.js';

/** How long somebody who was looked up is believed to be who they were. */
const admittedForMs = 1_000;

/** Enforces the access rule of a route. What the principal may do to which object is `AccessService`'s to say. */
@Injectable()
export class Admission {
  constructor(private readonly principals: PrincipalsService) {}

  /**
   * A request that waited, or whose body came slowly, is admitted again: rights may have been taken away meanwhile.
   * @throws {ApiProblem} `unauthenticated`, `forbidden`; `rate_limited` after too many wrong tokens
   */
  async admit(request: FastifyRequest, rule: Exclude<AccessRule, 'public'> | undefined): Promise<Principal> {
    const known = knownPrincipal(request, admittedForMs);
    if (known) return known;
    const atMs = performance.now();
    const principal = await this.principals.require(request);
    if (rule === undefined || !satisfies(principal, rule)) throw new ApiProblem('forbidden', detailOf(rule));
    setPrincipal(request, principal, atMs);
    setCaller(actorIdOf(principal), principal.userId);
    return principal;
  }
}

/** Bytes of a body that takes no slot of its own. What is parsed of one may be 40 times as large. Most bodies are shorter. */
const shortBytes = 4_096;
/** A body of 1 MiB is held as chunks, as one text and as values. What comes on top of one's share waits, and is not read. */
export const bodySlots = { total: 128, perKey: 8, maxWaitMs: 5_000, maxWaiting: 64 };
/** A page asks for about ten things at once. What comes on top of 16 waits for them. */
export const callerSlots = { total: 1_024, perKey: 16, maxWaitMs: 10_000, maxWaiting: 256 };
/** For the place of a long body and for the share: all of a request has ten seconds to arrive, and the body needs some of them. */
const longBodyWaitMs = 8_000;

/**
 * Finds out who calls before a body is read: what nobody has sent is not read at all. Then the request waits for its share of what
 * one person has under way at once, with all sessions and API tokens together; of long bodies a person has a smaller share.
 * Parsing comes before guards and interceptors, so those would be asked when all of the body is in memory.
 *
 * The slots are held until the answer is made. Answers that are not read yet are bounded by `boundUnreadAnswers`, and streams hold
 * slots of their own. Each request takes its slots in the same order, so no two wait for each other.
 */
export function admitBeforeBodies(
  server: FastifyInstance,
  admission: Admission,
  bodyLimits = bodySlots,
  callerLimits = callerSlots,
): void {
  const bodies = new SharedSlots('requests with long bodies', bodyLimits, 'person');
  const requests = new SharedSlots('requests', callerLimits, 'person');
  const hold = holdSlots(server);
  server.addHook('onRequest', async (request, reply) => {
    const { access } = request.routeOptions.config;
    if (access === 'public') return;
    const { userId } = await admission.admit(request, access);
    const caller = { request: request.raw, response: reply.raw };
    const take = async (slots: SharedSlots, maxWaitMs: number) =>
      hold(request, reply, await slots.take(userId, userId, maxWaitMs, caller));
    if (!mayBeLong(request)) return take(requests, callerLimits.maxWaitMs);
    const sinceMs = performance.now();
    await take(bodies, bodyLimits.maxWaitMs);
    const leftMs = Math.max(1, Math.ceil(longBodyWaitMs - (performance.now() - sinceMs)));
    await take(requests, Math.min(leftMs, callerLimits.maxWaitMs));
  });
  // What is not counted any more is not kept either, although the answer may stand for a while.
  server.addHook('onSend', async (request) => {
    request.body = undefined;
  });
}

function mayBeLong({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > shortBytes;
}

export function satisfies(principal: Principal, rule: Exclude<AccessRule, 'public'>): boolean {
  if (principal.kind === 'person') return true;
  if (rule === 'read') return principal.scopes.includes('read') || principal.scopes.includes('write');
  return rule === 'write' && principal.scopes.includes('write');
}

function detailOf(rule: AccessRule | undefined): { detail?: string } {
  if (rule === 'write') return { detail: 'This needs a token of scope write.' };
  if (rule === 'read') return { detail: 'This needs a token of scope read or write.' };
  return rule === 'person' ? { detail: 'This needs a person who is signed in; tokens cannot do it.' } : {};
}
