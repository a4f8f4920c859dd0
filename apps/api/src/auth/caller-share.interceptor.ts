import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { finalize, from, type Observable, switchMap } from 'rxjs';
import { SharedSlots } from '../http/shared-slots.js';
import { callerOf } from './current-principal.js';

/** A page asks for about ten things at once. What comes on top of 16 waits for them. */
const slots = { total: 1_024, perKey: 16, maxWaitMs: 10_000, maxWaiting: 256 };

/**
 * Bounds what one person has under way at once, with all sessions and API tokens together. A slot is held until the handler is
 * done: answers that are not read yet are bounded by `boundUnreadAnswers`, and streams hold slots of their own.
 */
@Injectable()
export class CallerShareInterceptor implements NestInterceptor {
  private readonly slots = new SharedSlots('requests', slots, 'person');

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { access } = context.switchToHttp().getRequest<FastifyRequest>().routeOptions.config;
    if (access === 'public') return next.handle();
    return from(this.slots.take(callerOf(context).userId)).pipe(
      switchMap((release) => next.handle().pipe(finalize(release))),
    );
  }
}
