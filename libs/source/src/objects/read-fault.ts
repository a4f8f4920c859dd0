import type { GitProcess } from '../git/git-command.js';
import { GitError } from '../git/git-error.js';
import { lacksMemory } from '../git/git-failure.js';
import { BrokenObject } from './object-sum.js';

/** Why a git that has ended by itself did not give an object: for lack of memory, or since it is damaged. */
export function readFault(process: Pick<GitProcess, 'lines'>, exitCode: number, what: string): GitError | BrokenObject {
  const lines = process.lines();
  return lacksMemory(lines) ? new GitError('exit', lines, exitCode) : new BrokenObject(what);
}
