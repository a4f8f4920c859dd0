import { BuildFailure, type FailureCode } from '@cooperage/domain';
import { GitError } from './git-error.js';

export const objectTooLarge = 'The commit holds an object that is too large. Git may use 256 MiB for one object.';

interface Row {
  readonly pattern: RegExp;
  readonly code: FailureCode;
  /** `HOST` stands for the remote's host. Git's own words are never passed on: they may name folders and addresses. */
  readonly sentence: string;
}

const memoryIsLacking =
  /attempting to allocate .* over limit|too large to fit into virtual memory|[Oo]ut of memory|mmap failed|cannot be mapped/;

/** Whether git gave up for the memory that it may have (ADR 61), which says nothing of the mirror. */
export function lacksMemory(lines: readonly string[]): boolean {
  return lines.some((line) => memoryIsLacking.test(line));
}

/**
 * Git's messages with `LC_ALL=C`, as its sources print them (2.39 to 2.51 compared), best first. Only lines of git
 * itself and of ssh count; what the remote sends is marked and left out before.
 */
const rows: readonly Row[] = [
  // A host says the same of its own disk, and whatever it likes. Of ours it is measured (`fullDisk`).
  row(/No space left on device/, 'SourceUnavailable', 'The fetch from the git host HOST broke off: a disk is full.'),
  row(memoryIsLacking, 'SourceTooLarge', objectTooLarge),
  row(/pack exceeds maximum/, 'SourceTooLarge', objectTooLarge),
  row(
    /not our ref|want [0-9a-f]+ not valid|does not allow request for unadvertised|couldn't find remote ref|remote ref .* not found/i,
    'RefNotFound',
    'The git host HOST no longer has this commit.',
  ),
  row(
    /unable to access .*returned error: 3\d\d/,
    'SourceAccessDenied',
    'The git host HOST answers with a redirect, which is not followed. Use the final clone address.',
  ),
  row(
    /Authentication failed|could not read (?:Username|Password)|returned error: 40[13]|Permission denied \(/,
    'SourceAccessDenied',
    'The git host HOST did not accept the credentials of the project.',
  ),
  row(
    /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    'SourceAccessDenied',
    'The ssh key of the git host HOST is not the expected one.',
  ),
  row(
    /repository '.*' not found|Repository not found|does not appear to be a git repository|returned error: 404/i,
    'SourceAccessDenied',
    'The git host HOST has no such repository, or does not show it to these credentials.',
  ),
  row(
    /dumb http transport|not valid: is this a git repository|invalid server response/,
    'SourceAccessDenied',
    'The address at HOST does not answer as a git repository.',
  ),
  row(/transport '.*' not allowed/, 'PolicyRefused', 'This kind of clone address is not allowed.'),
  row(
    /^(?:error|fatal): (?:object [0-9a-f]+: |fsck error|.*fsck)/,
    'PolicyRefused',
    'The commit holds an object that git itself calls broken or dangerous.',
  ),
  row(
    /SSL certificate|certificate verif|SSL peer|TLS|gnutls|server verification failed/i,
    'SourceUnavailable',
    'The certificate of the git host HOST could not be verified.',
  ),
  row(/Operation too slow/, 'SourceUnavailable', 'The git host HOST sent its data too slowly.'),
  row(/Could not resolve host/i, 'SourceUnavailable', 'The name of the git host HOST could not be resolved.'),
  row(
    /returned error: (?:429|5\d\d)/,
    'SourceUnavailable',
    'The git host HOST answers that it is not able to serve now.',
  ),
  row(
    /unable to access|[Cc]onnection|timed out|early EOF|hung up unexpectedly|unexpected disconnect|RPC failed|^ssh: |Could not read from remote|remote error|protocol error|bad (?:line|pack)|unable to .*sideband|invalid index-pack|index-pack (?:failed|died)|fetch-pack|expected .*(?:packet|flush|section)|invalid .*pack|inflate|premature end|pack (?:has|is)|No route to host|Network is unreachable/,
    'SourceUnavailable',
    'The git host HOST could not be reached, or broke off.',
  ),
];

const localIsCorrupt = /^fatal: local object [0-9a-f]+ is corrupt$/;

/**
 * What a failed command against a remote means for the build.
 * @returns undefined when the fault is not the remote's: then the mirror itself is to blame.
 */
export function failureOf(error: GitError, host: string): BuildFailure | undefined {
  if (error.reason === 'timeout')
    return failure('SourceUnavailable', 'The git host HOST did not answer in time.', host, error);
  if (error.reason === 'output')
    return failure('SourceTooLarge', 'The git host HOST answers with too much.', host, error);
  // It computes the id of what a difference is to: that is of our own mirror.
  if (error.lines.some((line) => localIsCorrupt.test(line))) return undefined;
  if (error.reason === 'missing')
    return failure('SourceUnavailable', 'Git is not installed on this worker.', host, error);
  for (const { pattern, code, sentence } of rows)
    if (error.lines.some((line) => pattern.test(line))) return failure(code, sentence, host, error);
  return undefined;
}

/** Whether the remote refused only because the commit was asked for by its id, as old servers do. */
export function refusesCommitIds(error: unknown): boolean {
  return (
    error instanceof GitError &&
    error.lines.some((line) => /does not allow request for unadvertised object|want [0-9a-f]+ not valid/.test(line))
  );
}

function row(pattern: RegExp, code: FailureCode, sentence: string): Row {
  return { pattern, code, sentence };
}

function failure(code: FailureCode, sentence: string, host: string, cause: unknown): BuildFailure {
  return new BuildFailure(code, sentence.replace('HOST', host), { cause });
}
