import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyInstance } from 'fastify';

interface Caller {
  id: string;
}

const callers = new AsyncLocalStorage<Caller>();

/** Keeps for each request who made it, so that what is signed for one caller does not pass from another. */
export function rememberCallers(server: FastifyInstance): void {
  server.addHook('preValidation', (_request, _reply, done) => callers.run({ id: '' }, done));
}

/** @param id names a person or one API token */
export function setCaller(id: string): void {
  const caller = callers.getStore();
  if (caller) caller.id = id;
}

/** Empty for a request of nobody, and outside of requests. */
export function currentCaller(): string {
  return callers.getStore()?.id ?? '';
}
