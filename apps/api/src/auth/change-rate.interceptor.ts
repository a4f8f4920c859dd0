import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { from, type Observable, switchMap } from 'rxjs';
import { type SharedRateLimit, SharedRateLimits } from '../http/shared-rate-limits.js';
import { callerOf } from './current-principal.js';
import type { Principal } from './principal.js';

/** Pages make a few in a minute, and automation that needs more can wait as the answer says. */
const changes = { tries: 300, windowMs: 60_000 };
const detail = `One person may make ${changes.tries} changes in a minute, and as many with tokens of one organization.`;
const reading = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Bounds what one person changes in a minute. Most changes leave an entry in the audit, which nobody can delete, so a loop
 * would fill the disk of the database.
 */
@Injectable()
export class ChangeRateInterceptor implements NestInterceptor {
  private readonly changes: SharedRateLimit;

  constructor(limits: SharedRateLimits) {
    this.changes = limits.limit('changes', changes);
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { method, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
    if (routeOptions.config.access === 'public' || reading.includes(method)) return next.handle();
    return from(this.changes.demand(keyOf(callerOf(context)), detail)).pipe(switchMap(() => next.handle()));
  }
}

/** A token is of one organization; the tokens that a person has in it share what they may. */
function keyOf(principal: Principal): string {
  if (principal.kind === 'person') return principal.userId;
  return [principal.userId, ...principal.memberships.map(({ organizationId }) => organizationId)].join(' ');
}
