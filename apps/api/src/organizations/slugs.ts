import { reservedSlugs } from '@cooperage/domain';
import { ApiProblem } from '../http/problem.js';

/** @throws {ApiProblem} `validation_failed` for a name space of the service itself. */
export function assertFreeSlug(slug: string, path = 'slug'): void {
  if (!(reservedSlugs as readonly string[]).includes(slug)) return;
  throw new ApiProblem('validation_failed', { errors: [{ path, message: 'this name is reserved' }] });
}
