import { BuildFailure } from '@cooperage/domain';
import { GitError } from './git/git-error.js';
import { lacksMemory, objectTooLarge } from './git/git-failure.js';
import { ObjectTooLarge } from './objects/batch-parser.js';
import { BrokenObject } from './objects/object-sum.js';

/**
 * Git failed for a reason that no remote can cause, or what it gave is not what was asked for: the mirror itself is broken. One for which
 * git lacks memory is whole, and would be as large if it was made anew.
 */
export function isMirrorFault(error: unknown): boolean {
  return (
    error instanceof BrokenObject || (error instanceof GitError && error.reason === 'exit' && !isOverMemory(error))
  );
}

function isOverMemory(error: unknown): boolean {
  return error instanceof ObjectTooLarge || (error instanceof GitError && lacksMemory(error.lines));
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
    throw failureToRead(error);
  }
}

/** What a fault in reading means for the build; what is none of this room passes as it is. */
export function failureToRead(error: unknown): unknown {
  if (isOverMemory(error)) return new BuildFailure('SourceTooLarge', objectTooLarge, { cause: error });
  return error instanceof GitError || error instanceof BrokenObject ? unreadable(error) : error;
}

/** The next try makes the mirror anew, or finds it so. */
function unreadable(cause: unknown): BuildFailure {
  return new BuildFailure('SourceUnavailable', "The worker's copy of the repository could not be read.", { cause });
}
