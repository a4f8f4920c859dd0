/** How a git command ended without its result. `exit` is git's own failure; the lines say why. */
export type GitErrorReason = 'exit' | 'killed' | 'timeout' | 'output' | 'missing';

interface ProcessEnd {
  readonly timedOut?: boolean;
  readonly exitCode?: number | undefined;
  readonly code?: string | undefined;
}

/** Internal: it holds git's words, which may name folders of this machine. It never reaches a person. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly reason: GitErrorReason;
  readonly lines: readonly string[];

  constructor(reason: GitErrorReason, lines: readonly string[], exitCode?: number) {
    super(`git: ${reason}${exitCode === undefined ? '' : ` ${exitCode}`}: ${lines.join(' | ')}`);
    this.reason = reason;
    this.lines = lines;
  }

  static of(end: ProcessEnd, lines: readonly string[]): GitError {
    if (end.timedOut) return new GitError('timeout', lines);
    // The shell that becomes git says so when git cannot be run (126) or is not there (127); git itself never does.
    if (end.exitCode === 126 || end.exitCode === 127) return new GitError('missing', lines);
    if (end.exitCode !== undefined) return new GitError('exit', lines, end.exitCode);
    return new GitError(end.code === 'ENOENT' || end.code === 'EACCES' ? 'missing' : 'killed', lines);
  }
}
