import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AccessRule } from '../http/access-rule.js';
import { setCaller } from '../http/caller.js';
import { ApiProblem } from '../http/problem.js';
import { setPrincipal } from './current-principal.js';
import { actorIdOf, type Principal } from './principal.js';
import { PrincipalsService } from './principals.service.js';

/** Enforces the route's access rule. What the principal may do to which object is `AccessService`'s to say. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly principals: PrincipalsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const rule = request.routeOptions.config.access;
    if (rule === 'public') return true;
    const principal = await this.principals.require(request);
    if (rule === undefined || !satisfies(principal, rule)) throw new ApiProblem('forbidden', detailOf(rule));
    setPrincipal(request, principal);
    setCaller(actorIdOf(principal), principal.userId);
    return true;
  }
}

function satisfies(principal: Principal, rule: Exclude<AccessRule, 'public'>): boolean {
  if (principal.kind === 'person') return true;
  if (rule === 'read') return principal.scopes.includes('read') || principal.scopes.includes('write');
  return rule === 'write' && principal.scopes.includes('write');
}

function detailOf(rule: AccessRule | undefined): { detail?: string } {
  if (rule === 'write') return { detail: 'This needs a token of scope write.' };
  if (rule === 'read') return { detail: 'This needs a token of scope read or write.' };
  return rule === 'person' ? { detail: 'This needs a person who is signed in; tokens cannot do it.' } : {};
}
