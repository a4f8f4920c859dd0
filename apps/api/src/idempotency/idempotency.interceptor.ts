import { createHash } from 'node:crypto';
import { IdempotencyRepository, type IdempotentCall, idempotentHours, maxIdempotentKeys } from '@cooperage/db';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { callerOf } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { ApiProblem } from '../http/problem.js';

const headerName = 'idempotency-key';
/** A call that has not been answered for so long never will be, milliseconds: its process is gone. */
const answeredWithinMs = 60_000;
/** Of an answer that is kept as it is, as JSON. */
const mostKeptBytes = 65_536;

/** Metadata of a route: how to read what it made. */
export const readMadeKey = 'cooperage:read-made';
/** Reads what a call made, in the form of that call's answer. */
export type ReadMade<C = unknown> = (controller: C, principal: Principal, id: string) => Promise<unknown>;

interface Route {
  readonly next: CallHandler;
  /** Null where answers are small, and kept as they are. */
  readonly read: ((id: string) => Promise<unknown>) | null;
}

/** After draft-ietf-httpapi-idempotency-key-header. Without the header a call is made as often as it comes. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly calls: IdempotencyRepository,
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const key = request.headers[headerName];
    if (key === undefined) return next.handle();
    const route = { next, read: this.readerOf(context) };
    return from(this.once(callOf(callerOf(context), key, request), http.getResponse<FastifyReply>(), route));
  }

  private readerOf(context: ExecutionContext): Route['read'] {
    const readMade = this.reflector.get<ReadMade | undefined>(readMadeKey, context.getHandler());
    if (!readMade) return null;
    return (id) => readMade(this.modules.get(context.getClass(), { strict: false }), callerOf(context), id);
  }

  private async once(call: IdempotentCall, reply: FastifyReply, route: Route): Promise<unknown> {
    const state = await this.calls.begin(call);
    if (state.kind === 'first') return this.make(call, route);
    if (state.kind === 'too_many') {
      const rateLimit = { tries: maxIdempotentKeys, windowSeconds: idempotentHours * 3600 };
      throw new ApiProblem('rate_limited', { retryAfterSeconds: 3600, rateLimit });
    }
    if (!state.isSame) throw new ApiProblem('idempotency_key_reused');
    if (state.answer === null) throw unanswered(state.ageMs);
    void reply.header('idempotency-replayed', 'true');
    const kept: unknown = JSON.parse(state.answer);
    return typeof kept === 'string' && route.read ? route.read(kept) : kept;
  }

  private async make(call: IdempotentCall, { next, read }: Route): Promise<unknown> {
    try {
      const answer: unknown = await lastValueFrom(next.handle());
      const json = JSON.stringify(answer);
      // An answer is an object. Of a large one the id alone is kept, a text.
      const isKept = read === null || Buffer.byteLength(json) <= mostKeptBytes;
      await this.calls.answer(call, isKept ? json : JSON.stringify((answer as { readonly id: string }).id));
      return answer;
    } catch (error) {
      // Of anything else nobody knows whether it was done, so it is not done again.
      if (error instanceof ApiProblem && error.status < 500) await this.calls.forget(call);
      throw error;
    }
  }
}

function unanswered(ageMs: number): ApiProblem {
  if (ageMs < answeredWithinMs)
    return new ApiProblem('conflict', { detail: 'The first call with this key is under way.', retryAfterSeconds: 1 });
  return new ApiProblem('conflict', {
    detail: 'What became of the first call with this key is not known. Look for what it made, or use another key.',
  });
}

/** Roles are a part of what is asked: whoever has lost one is not shown again what they may not see any more. */
function callOf(principal: Principal, key: string | string[], request: FastifyRequest): IdempotentCall {
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key))
    throw new ApiProblem('bad_request', { detail: 'An Idempotency-Key is one text of 1 to 255 visible characters.' });
  const roles = principal.memberships.map(({ organizationId, role }) => `${organizationId} ${role}`).sort();
  const asked = [request.method, request.url, request.body ?? null, roles];
  return {
    caller: principal.kind === 'token' ? `token:${principal.tokenId}` : `person:${principal.userId}`,
    key: sha256(key),
    request: sha256(JSON.stringify(asked)),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
