import { BuildFailure } from '@cooperage/domain';
import { GitError } from './git/git-error.js';
import { ObjectTooLarge } from './objects/batch-parser.js';

/** Git failed for a reason that no remote can cause: the mirror itself is broken. */
export function isMirrorFault(error: unknown): boolean {
  return error instanceof GitError && error.reason === 'exit';
}

export function isTooLarge(error: unknown): boolean {
  return error instanceof BuildFailure && error.code === 'SourceTooLarge';
}

/** Internal errors of this room as a build's failure. An aborted signal comes first, whatever broke because of it. */
export async function settled<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ObjectTooLarge)
      throw new BuildFailure(
        'SourceTooLarge',
        'The commit holds an object that is too large. Git may use 256 MiB for one object.',
        { cause: error },
      );
    if (error instanceof GitError)
      throw new BuildFailure('SourceUnavailable', "The worker's copy of the repository could not be read.", {
        cause: error,
      });
    throw error;
  }
}
