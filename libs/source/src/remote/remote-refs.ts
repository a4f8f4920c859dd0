import { isCommitId, isFullRef } from '@cooperage/domain';
import type { GitCommand } from '../git/git-command.js';
import { GitError } from '../git/git-error.js';
import { failureOf } from '../git/git-failure.js';
import type { SourceLimits } from '../source-limits.js';
import { BoundedLines } from './bounded-lines.js';
import type { RemoteAccess } from './remote-access.js';

/** The branches and tags of a remote at one moment. */
export interface RemoteRefs {
  /** Full ref -> commit id. A tag object is followed to its commit. */
  readonly commits: ReadonlyMap<string, string>;
  /** Full ref of the default branch, where the host names one that exists. */
  readonly defaultBranch?: string;
  /** Branches and tags left out: longer than 1,024 bytes, not UTF-8, or with names that git forbids. */
  readonly leftOut: number;
}

/** Bytes of the answer per counted ref: also bounds what a host may list besides branches and tags. */
const maxBytesPerRef = 2048;
/** Longest line that can hold a ref: a commit id, a tab, a name of 1,024 bytes and `^{}` have room. */
const maxLineBytes = 4096;

/** @throws {BuildFailure} as `failureOf` says; `SourceTooLarge` beyond `maxRefs`. */
export async function readRemoteRefs(
  git: GitCommand,
  gitDir: string,
  access: RemoteAccess,
  limits: SourceLimits,
  signal?: AbortSignal,
): Promise<RemoteRefs> {
  const reader = new RefReader(limits.maxRefs);
  let bytes = 0;
  try {
    await git.read(
      {
        args: ['ls-remote', '--quiet', '--symref', '--', access.remote.href],
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
  return reader.result();
}

/** Reads `ls-remote --symref`: `<id> TAB <ref>` lines, `<ref>^{}` for what a tag points to, `ref: <ref> TAB HEAD`. */
export class RefReader {
  readonly #commits = new Map<string, string>();
  readonly #maxRefs: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #lines = new BoundedLines(maxLineBytes, (line) => this.#line(line));
  #head: string | undefined;
  #leftOut = 0;

  constructor(maxRefs: number) {
    this.#maxRefs = maxRefs;
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  result(): RemoteRefs {
    // A HEAD may name anything. Only a branch that exists is the default one.
    const isBranch = this.#head?.startsWith('refs/heads/') && this.#commits.has(this.#head);
    const defaultBranch = isBranch ? this.#head : undefined;
    const leftOut = this.#leftOut + this.#lines.skipped;
    return { commits: this.#commits, leftOut, ...(defaultBranch !== undefined && { defaultBranch }) };
  }

  #line(bytes: Buffer): void {
    const text = this.#decode(bytes);
    const tab = text?.indexOf('\t') ?? -1;
    if (text === undefined || tab < 0) {
      this.#leftOut++;
      return;
    }
    const [value, name] = [text.slice(0, tab), text.slice(tab + 1)];
    if (name === 'HEAD') {
      if (value.startsWith('ref: ')) this.#head = value.slice('ref: '.length);
    } else if (/^refs\/(?:heads|tags)\//.test(name)) this.#ref(value, name);
  }

  #ref(commit: string, name: string): void {
    const ref = name.endsWith('^{}') ? name.slice(0, -3) : name;
    if (!isFullRef(ref) || !isCommitId(commit)) {
      if (ref === name) this.#leftOut++;
      return;
    }
    this.#commits.set(ref, commit);
    if (this.#commits.size > this.#maxRefs) throw new GitError('output', [`more than ${this.#maxRefs} refs`]);
  }

  #decode(bytes: Buffer): string | undefined {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      return undefined;
    }
  }
}
