import { BuildFailure } from '@cooperage/domain';
import { GitError } from './git/git-error.js';
import { ObjectTooLarge } from './objects/batch-parser.js';
import { BrokenObject } from './objects/object-sum.js';

/** Git failed for a reason that no remote can cause, or what it gave is not what was asked for: the mirror itself is broken. */
export function isMirrorFault(error: unknown): boolean {
  return error instanceof BrokenObject || (error instanceof GitError && error.reason === 'exit');
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
    if (error instanceof GitError || error instanceof BrokenObject) throw unreadable(error);
    throw error;
  }
}

/** The next try makes the mirror anew, or finds it so. */
export function unreadable(cause: unknown): BuildFailure {
  return new BuildFailure('SourceUnavailable', "The worker's copy of the repository could not be read.", { cause });
}
