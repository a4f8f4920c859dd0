import { idSchema } from '@cooperage/contracts';
import type { Logger } from '@cooperage/telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { usualPace } from '../http/body-pace.js';
import { headBytes } from '../http/bounded-heads.js';
import { addressGroup, addressSite } from '../http/client-address.js';
import { ApiProblem, notFound } from '../http/problem.js';
import { replyProblem } from '../http/problem-reply.js';
import { toProblem } from '../http/to-problem.js';
import type { IntakeService } from './intake.service.js';
import { type GateCall, IntakeGate } from './intake-gate.js';
import { noRoom, receiveBody } from './receive-body.js';

/** The longest body that forges send. */
const bodyLimits = { maxBytes: 25 * 1024 * 1024, ...usualPace };
/**
 * One address may have half of it dealt with: a forge that delivers a thousand calls at once fits in beside a flood. It is less than all
 * requests may be, so calls without room are answered, and not reset.
 */
export const gateLimits = { maxCalls: 4_096, maxBytes: 256 * 1024 * 1024, fewCalls: 16 };

interface CallUnderWay {
  readonly call: GateCall;
  readonly gaveWay: AbortSignal;
}

/**
 * `POST /api/v1/hooks/{projectId}`, outside Nest: the raw body is needed, and forges give up after ten seconds. A scope
 * of its own, in which nothing but this route takes whole bodies of any kind.
 */
export function addIntakeRoute(
  server: FastifyInstance,
  intake: Pick<IntakeService, 'receive' | 'hasProven'>,
  logger: Logger,
  gate = new IntakeGate(gateLimits),
): void {
  const underWay = new WeakMap<FastifyRequest, CallUnderWay>();
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (request, payload, done) => {
      const { call, gaveWay } = underWay.get(request)!;
      const announced = Number(request.headers['content-length'] ?? 0);
      receiveBody(payload, call, gaveWay, bodyLimits, announced).then((body) => done(null, body), done);
    });
    scope.setErrorHandler((error, request, reply) => {
      const problem = toProblem(error);
      // That there is no room is no fault of ours: a stranger chooses how often. The log of requests says it.
      const isFault = problem !== error || problem.options.cause !== undefined;
      if (problem.status >= 500 && isFault)
        logger.error({ err: error, requestId: request.id }, 'webhook was not taken');
      // The rest of a call that gave way is read. To close its connection meanwhile resets it, and its sender may never see this.
      if (problem.code === 'unavailable') void reply.removeHeader('connection');
      return replyProblem(reply, problem);
    });
    scope.addHook('onRequest', async (request, reply) => {
      const project = projectIdOf(request.params);
      if (Number(request.headers['content-length']) > bodyLimits.maxBytes) throw new ApiProblem('payload_too_large');
      const gaveWay = new AbortController();
      const isProven = intake.hasProven(project, request.ip);
      const caller = { address: addressGroup(request.ip), network: addressSite(request.ip), project, isProven };
      const call = gate.enter(caller, () => gaveWay.abort());
      // While its body comes, its head is held as well.
      if (call === null || !call.receive(headBytes(request.raw))) throw noRoom();
      underWay.set(request, { call, gaveWay: gaveWay.signal });
      // A caller who goes away in the middle of the body never gets an answer. A whole call is dealt with all the same.
      reply.raw.once('close', call.abandon);
    });
    // The call is dealt with. How fast the answer leaves is the caller's affair, who may never read it.
    scope.addHook('onSend', async (request) => {
      underWay.get(request)?.call.leave();
      request.body = undefined;
    });
    const options = {
      config: { access: 'public' as const, countsBytes: true as const },
      bodyLimit: bodyLimits.maxBytes,
    };
    scope.post('/api/v1/hooks/:projectId', options, async (request, reply) => {
      // A call without a body is whole from the beginning, and nobody has said so.
      if (!underWay.get(request)!.call.complete()) throw noRoom();
      const accepted = await intake.receive({
        projectId: projectIdOf(request.params),
        headers: request.headers,
        rawBody: request.body instanceof Buffer ? request.body : Buffer.alloc(0),
        address: request.ip,
      });
      return reply.code(202).header('cache-control', 'no-store').send(accepted);
    });
  });
}

/** An address that cannot be a project's is no webhook address at all. */
function projectIdOf(params: unknown): string {
  const { projectId } = params as { readonly projectId: string };
  if (!idSchema.safeParse(projectId).success) throw notFound();
  return projectId.toLowerCase();
}
