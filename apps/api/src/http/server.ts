import type { Config } from '@cooperage/config';
import { SharedRoom } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { demandAccessRules, type KnownRoute } from './access-rule.js';
import { answerBrokenRequest } from './broken-request.js';
import { rememberCallers } from './caller.js';
import { trustOf } from './client-address.js';
import { maxConnections, maxRequests } from './connection-bounds.js';
import { guardedOptions, guardServer } from './guarded-server.js';
import { acceptJsonOnly } from './json-body.js';
import { ApiProblem, notFound } from './problem.js';
import { replyProblem } from './problem-reply.js';
import { addPublicLimits } from './public-limits.js';
import { addRateLimitHeaders } from './rate-limit-headers.js';
import { requestIdOf } from './request-id.js';
import { addRequestLog } from './request-log.js';
import { boundRequests } from './requests-under-way.js';
import { addRevalidation } from './revalidation.js';
import { assertSameOrigin } from './same-origin.js';
import { addSecurityHeaders } from './security-headers.js';
import { endStalledReaders } from './stalled-readers.js';
import { isStrictPath } from './strict-path.js';
import { guardText } from './text-guard.js';
import { toProblem } from './to-problem.js';
import { boundUnreadAnswers } from './unread-answers.js';
import { countWaitingRequests } from './waiting-requests.js';

export interface ApiServer {
  readonly adapter: FastifyAdapter;
  readonly instance: FastifyInstance;
  /** Every route with its rule, as they are registered. */
  readonly routes: readonly KnownRoute[];
  /** Bytes of requests that are not answered yet, and of what waits for readers. */
  readonly room: SharedRoom;
  /** Requests under way, by one. */
  readonly requests: SharedRoom;
}

export interface ServerLimits {
  readonly connections: number;
  readonly requests: number;
  readonly roomBytes: number;
}

/** Bytes of a JSON body of the API. Webhooks have their own limit. */
const bodyLimitBytes = 1 << 20;
/** A request that has not arrived whole by then is answered 408 (S-006). */
const requestTimeoutMs = 10_000;
const usualLimits: ServerLimits = {
  connections: maxConnections,
  requests: maxRequests,
  roomBytes: 128 * 1024 * 1024,
};

/** The HTTP server under Nest: limits, request ids, one path form, same-origin rule and headers, for every route. */
export function createServer(
  http: Pick<Config<'api'>['http'], 'publicUrl' | 'trustProxy'>,
  logger: Logger,
  limits: Partial<ServerLimits> = {},
): ApiServer {
  const bounds = { ...usualLimits, ...limits };
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: 0,
    keepAliveTimeout: 65_000,
    http: guardedOptions,
    trustProxy: trustOf(http.trustProxy),
    genReqId: requestIdOf,
    requestIdHeader: false,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    clientErrorHandler: answerBrokenRequest,
    routerOptions: { maxParamLength: 512 },
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => {
      void replyProblem(reply, toProblem(error));
    },
  });
  const instance = adapter.getInstance() as unknown as FastifyInstance;
  guardServer(instance.server, { maxConnections: bounds.connections });
  const routes = demandAccessRules(instance);
  acceptJsonOnly(instance);
  addRevalidation(instance);
  addSecurityHeaders(instance, http.publicUrl);
  addRequestLog(instance, logger);
  addRateLimitHeaders(instance);
  rememberCallers(instance);
  instance.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done(refusalOf(request, http.publicUrl));
  });
  endStalledReaders(instance);
  const room = new SharedRoom(bounds.roomBytes);
  const requests = new SharedRoom(bounds.requests);
  // Before limits that let a request wait.
  boundRequests(instance, requests);
  countWaitingRequests(instance, room);
  boundUnreadAnswers(instance, room);
  addPublicLimits(instance);
  guardText(instance);
  return { adapter, instance, routes, room, requests };
}

/** What is wrong with a request before it is looked at closely; nothing else runs then. */
function refusalOf(request: FastifyRequest, publicUrl: string): Error | undefined {
  try {
    // Before the body is read: who asks for nothing has nothing to send.
    if (request.is404 || !isStrictPath(request.raw.url ?? '')) throw notFound();
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity')
      throw new ApiProblem('unsupported_media_type', { detail: 'Bodies are sent without content encoding.' });
    assertSameOrigin(request, publicUrl);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
