import type { GitCommand } from '../git/git-command.js';
import type { SourceLimits } from '../source-limits.js';

/** The paths whose content, mode or existence differs between two trees. A renamed file is two paths. */
export async function changedPaths(
  options: {
    readonly git: GitCommand;
    readonly gitDir: string;
    readonly limits: SourceLimits;
    readonly signal?: AbortSignal | undefined;
  },
  from: string,
  to: string,
): Promise<string[]> {
  const { git, gitDir, limits, signal } = options;
  const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--no-ext-diff', '--no-textconv', from, to];
  const maxOutputBytes = limits.maxFiles * 1024;
  const output = await git.run({ args, gitDir, timeoutMs: limits.localTimeoutMs, maxOutputBytes, signal });
  return output
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}
