import { reservedSlugs } from '@cooperage/domain';
import { ApiProblem } from '../http/problem.js';

const looksLikeAnId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws {ApiProblem} `validation_failed` for a name space of the service itself, and for what could be the id of another. */
export function assertFreeSlug(slug: string, path = 'slug'): void {
  const message = looksLikeAnId.test(slug)
    ? 'this looks like an id: choose another name'
    : (reservedSlugs as readonly string[]).includes(slug) && 'this name is reserved: choose another one';
  if (message) throw new ApiProblem('validation_failed', { errors: [{ path, message }] });
}
