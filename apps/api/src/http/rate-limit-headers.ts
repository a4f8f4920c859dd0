import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { RateLimit } from './rate-limiter.js';

const answers = new AsyncLocalStorage<FastifyReply>();

/** How many tries are left within the window, and how long until it ends. */
export interface Allowance {
  readonly limit: RateLimit;
  readonly left: number;
  readonly resetMs: number;
}

/** Lets whoever counts a try say so on the answer to the request it belongs to. */
export function addRateLimitHeaders(server: FastifyInstance): void {
  server.addHook('preValidation', (_request, reply, done) => answers.run(reply, done));
}

/** Says on the answer under way what is left, as draft-ietf-httpapi-ratelimit-headers does; nothing outside of a request. */
export function tellAllowance({ limit: { tries, windowMs }, left, resetMs }: Allowance): void {
  const reply = answers.getStore();
  if (!reply || reply.sent) return;
  void reply.header('ratelimit-policy', `"tries";q=${tries};w=${windowMs / 1000}`);
  void reply.header('ratelimit', `"tries";r=${left};t=${Math.ceil(resetMs / 1000)}`);
}
