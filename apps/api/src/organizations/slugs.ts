import { reservedSlugs } from '@cooperage/domain';
import { ApiProblem } from '../http/problem.js';

const looksLikeAnId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws {ApiProblem} `validation_failed` for a name space of the service itself, and for what could be the id of another. */
export function assertFreeSlug(slug: string, path = 'slug'): void {
  if (!(reservedSlugs as readonly string[]).includes(slug) && !looksLikeAnId.test(slug)) return;
  throw new ApiProblem('validation_failed', { errors: [{ path, message: 'this name is reserved' }] });
}
