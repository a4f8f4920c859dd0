import { isDatabaseUnavailable, type SetupRepository } from '@cooperage/db';
import { ApiProblem } from '../http/problem.js';

const detail =
  'The database does not answer, so nothing says whether the set-up is done. Start the database, then send the token again.';

/**
 * Whether nobody can sign in yet, asked before the set-up token counts.
 * @throws {ApiProblem} `unavailable` without the database: the token of a finished set-up opens nothing then
 */
export async function setupIsNeeded(repository: Pick<SetupRepository, 'isNeeded'>): Promise<boolean> {
  try {
    return await repository.isNeeded();
  } catch (cause) {
    if (isDatabaseUnavailable(cause)) throw new ApiProblem('unavailable', { detail, retryAfterSeconds: 2, cause });
    throw cause;
  }
}
