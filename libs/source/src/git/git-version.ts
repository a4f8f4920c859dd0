import { BuildFailure } from '@cooperage/domain';
import type { GitCommand } from './git-command.js';

/** Older ones silently ignore `http.curloptResolve`, and with it the pinned address (S-020 of the threat list). */
const floor = [2, 37] as const;

/** @throws {BuildFailure} `SourceUnavailable` when git is missing or older than 2.37. */
export async function checkedGitVersion(git: GitCommand, gitDir: string): Promise<string> {
  const output = await git.run({ args: ['version'], gitDir }).catch((cause: unknown) => {
    throw new BuildFailure('SourceUnavailable', 'Git is not installed on this worker.', { cause });
  });
  const version = /(\d+)\.(\d+)[.\d]*/.exec(output.toString('latin1'));
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  if (major < floor[0] || (major === floor[0] && minor < floor[1]))
    throw new BuildFailure('SourceUnavailable', `Git on this worker is older than ${floor.join('.')}.`);
  return version![0];
}
