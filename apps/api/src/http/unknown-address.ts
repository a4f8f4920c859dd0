import type { FastifyRequest } from 'fastify';
import { methodsAt } from './known-methods.js';
import { ApiProblem, notFound } from './problem.js';
import type { ApiServer } from './server.js';

/**
 * What no route takes below `/api`: 405 with `Allow` where the address exists with other methods, else 404. The body is not read:
 * nobody would use it.
 */
export function addUnknownAddresses({ instance, routes }: Pick<ApiServer, 'instance' | 'routes'>): void {
  const refuse = async (request: FastifyRequest): Promise<never> => {
    const path = decodeURIComponent(request.raw.url!.split('?', 1)[0]!);
    const allow = methodsAt(routes, path);
    if (allow.length === 0) throw notFound();
    throw new ApiProblem('method_not_allowed', { detail: `This address takes ${allow.join(', ')}.`, allow });
  };
  instance.all('/api/*', { config: { access: 'public' }, onRequest: refuse }, refuse);
}
