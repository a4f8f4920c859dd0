import type { GitCommand } from '../git/git-command.js';
import { GitError } from '../git/git-error.js';
import { failureOf } from '../git/git-failure.js';
import type { SourceLimits } from '../source-limits.js';
import { BranchReader, RefReader, type RemoteRefs } from './ref-reader.js';
import type { RemoteAccess } from './remote-access.js';

export interface RefQuestion {
  readonly git: GitCommand;
  readonly gitDir: string;
  readonly access: RemoteAccess;
  readonly limits: SourceLimits;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes of the answer per counted ref: also bounds what a host may list besides branches and tags. */
const maxBytesPerRef = 2048;

/** @throws {BuildFailure} as `failureOf` says; `SourceTooLarge` beyond `maxRefs` or `maxHeldRefBytes`. */
export async function readRemoteRefs(question: RefQuestion): Promise<RemoteRefs> {
  const { access, limits } = question;
  const reader = new RefReader(limits.maxRefs);
  await readLines(question, ['--symref', '--', access.remote.href], reader);
  return reader.result();
}

/**
 * The commit of one branch; null when the host does not show it. Nothing else of the answer is kept.
 * @param ref full name of a branch
 * @throws {BuildFailure} as `failureOf` says
 */
export async function readRemoteBranch(question: RefQuestion, ref: string): Promise<string | null> {
  const reader = new BranchReader(ref);
  await readLines(question, ['--heads', '--', question.access.remote.href, ref], reader);
  return reader.commit;
}

async function readLines(
  { git, gitDir, access, limits, signal }: RefQuestion,
  args: readonly string[],
  reader: { push(chunk: Uint8Array): void },
): Promise<void> {
  let bytes = 0;
  try {
    await git.read(
      {
        args: ['ls-remote', '--quiet', ...args],
        gitDir,
        protocol: access.protocol,
        config: access.config,
        variables: access.variables,
        ...(access.cwd !== undefined && { cwd: access.cwd }),
        timeoutMs: limits.refsTimeoutMs,
        signal,
      },
      (chunk) => {
        bytes += chunk.length;
        if (bytes > limits.maxRefs * maxBytesPerRef) throw new GitError('output', ['too many refs']);
        reader.push(chunk);
      },
    );
  } catch (error) {
    throw (error instanceof GitError && failureOf(error, access.remote.host)) || error;
  }
}
