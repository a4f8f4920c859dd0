import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiProblem } from './problem.js';

/**
 * Refuses text that PostgreSQL does not store, for every route and before it runs: NUL and halves of surrogate pairs, in a query,
 * a parameter or a JSON body. What is refused is named, not repeated. Webhooks and forms are bytes here and have their own reader.
 */
export function guardText(server: FastifyInstance): void {
  server.addHook('preHandler', (request, _reply, done) => {
    const at = badTextIn(request);
    if (at === null) return done();
    const errors = [{ path: at.slice(0, 200), message: 'holds a NUL character, or half of a surrogate pair' }];
    done(new ApiProblem('validation_failed', { errors }));
  });
}

function badTextIn({ query, params, body }: Pick<FastifyRequest, 'query' | 'params' | 'body'>): string | null {
  return findBadText(query) ?? findBadText(params) ?? (isJson(body) ? findBadText(body) : null);
}

function isJson(body: unknown): boolean {
  if (body === null || typeof body !== 'object') return typeof body === 'string';
  const prototype: unknown = Object.getPrototypeOf(body);
  return Array.isArray(body) || prototype === Object.prototype || prototype === null;
}

/** @returns the path of the first text that cannot be stored. Without recursion: a body may be as deep as it is long. */
function findBadText(value: unknown): string | null {
  const open: [path: string, value: unknown][] = [['', value]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [path, item] = next;
    if (typeof item === 'string' && isBadText(item)) return path;
    if (item === null || typeof item !== 'object') continue;
    for (const [key, inner] of Object.entries(item)) {
      if (isBadText(key)) return path;
      // Paths of a deep body would be as long as the body for each of its parts.
      open.push([path === '' ? key : path.length > 200 ? path : `${path}.${key}`, inner]);
    }
  }
  return null;
}

function isBadText(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}
