import type { FastifyRequest } from 'fastify';
import { ApiProblem } from './problem.js';

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Cross-site requests ride on a person's cookie, so a change that comes with one must come from our own pages: `Origin`
 * is ours, and a body is JSON, which no form can send (S-077). Calls without a cookie prove themselves otherwise.
 * @throws {ApiProblem} `forbidden` or `unsupported_media_type`.
 */
export function assertSameOrigin(request: FastifyRequest, publicOrigin: string): void {
  if (readingMethods.has(request.method)) return;
  if (request.headers.cookie === undefined) return;
  if (request.headers.origin !== publicOrigin)
    throw new ApiProblem('forbidden', { detail: 'Changes with a session come from the pages of this service only.' });
  if (hasBody(request) && !isJson(request.headers['content-type']))
    throw new ApiProblem('unsupported_media_type', { detail: 'The body of a change is JSON.' });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isJson(contentType: string | undefined): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
}
