import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiProblem } from '../http/problem.js';
import { actorOf, type Principal } from './principal.js';

const principals = new WeakMap<FastifyRequest, Principal>();
const foundAtMs = new WeakMap<FastifyRequest, number>();

/** @param atMs when it was looked up, on the clock of `performance` */
export function setPrincipal(request: FastifyRequest, principal: Principal, atMs = performance.now()): void {
  principals.set(request, principal);
  foundAtMs.set(request, atMs);
}

/** Who was admitted for this request; undefined before that. @param maxAgeMs undefined too where that was longer ago */
export function knownPrincipal(request: FastifyRequest, maxAgeMs = Number.POSITIVE_INFINITY): Principal | undefined {
  const ageMs = performance.now() - (foundAtMs.get(request) ?? Number.NEGATIVE_INFINITY);
  return ageMs <= maxAgeMs ? principals.get(request) : undefined;
}

/** @throws {ApiProblem} `unauthenticated` on a route that asks for nobody. */
function principalOf(context: ExecutionContext): { principal: Principal; request: FastifyRequest } {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const principal = principals.get(request);
  if (!principal) throw new ApiProblem('unauthenticated');
  return { principal, request };
}

/** The same outside parameters of a controller. @throws {ApiProblem} `unauthenticated` */
export function callerOf(context: ExecutionContext): Principal {
  return principalOf(context).principal;
}

/** The caller, resolved once by the guard. */
export const CurrentPrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext) => principalOf(context).principal,
);

/** The caller as the audit names one, with the address the call came from. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { principal, request } = principalOf(context);
  return actorOf(principal, request.ip);
});
