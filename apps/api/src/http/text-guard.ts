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

/**
 * @returns the path of the first text that cannot be stored; the path alone where a key is one. Nothing is made for what is good: a
 * body has thousands of values. It goes as deep as the body, which is bounded where it is parsed.
 */
function findBadText(value: unknown): string | null {
  if (typeof value === 'string') return isBadText(value) ? '' : null;
  if (value === null || typeof value !== 'object') return null;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      const inner = findBadText(value[at]);
      if (inner !== null) return pathOf(String(at), inner);
    }
    return null;
  }
  for (const key of Object.keys(value)) {
    if (isBadText(key)) return '';
    const inner = findBadText((value as Readonly<Record<string, unknown>>)[key]);
    if (inner !== null) return pathOf(key, inner);
  }
  return null;
}

function pathOf(key: string, inner: string): string {
  return inner === '' ? key : `${key}.${inner}`;
}

function isBadText(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}
