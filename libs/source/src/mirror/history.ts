import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitCommand } from '../git/git-command.js';
import { GitError } from '../git/git-error.js';
import type { RemoteAccess } from '../remote/remote-access.js';
import type { SourceLimits } from '../source-limits.js';
import { type BareRepository, keptRef, shallowFile } from './bare-repository.js';
import { fetchCommit } from './fetch-commit.js';
import type { HeldLock } from './generation-lock.js';

const firstDepth = 64;
const deepenBy = 16;

export interface HistoryContext {
  readonly git: GitCommand;
  /** Its own repository: commits without their files where the host can give them so. */
  readonly repository: BareRepository;
  readonly limits: SourceLimits;
  readonly signal?: AbortSignal | undefined;
}

/** @returns undefined while what is known here is not enough to tell. */
export async function knownAncestry(
  context: HistoryContext,
  ancestor: string,
  descendant: string,
): Promise<boolean | undefined> {
  if (!(await context.repository.has(descendant))) return undefined;
  if (await isProvenAncestor(context, ancestor, descendant)) return true;
  return (await isWhole(context, descendant)) ? false : undefined;
}

/**
 * Fetches the descendant's history, deeper and deeper, until the question is answered.
 * @returns undefined when it is not answered within `maxHistoryCommits`.
 */
export async function fetchAncestry(
  context: HistoryContext,
  remote: { readonly access: RemoteAccess; readonly lock: HeldLock },
  ancestor: string,
  descendant: string,
): Promise<boolean | undefined> {
  let answer: boolean | undefined;
  for (let depth = firstDepth; answer === undefined && depth <= context.limits.maxHistoryCommits; depth *= deepenBy) {
    await fetchCommit({ ...context, ...remote }, { commit: descendant, depth, filter: 'tree:0' });
    answer = await knownAncestry(context, ancestor, descendant);
  }
  return answer;
}

/** A "no" of git proves nothing where the history was cut. An unknown commit is git's error, and also no proof. */
async function isProvenAncestor(context: HistoryContext, ancestor: string, descendant: string): Promise<boolean> {
  try {
    await run(context, ['merge-base', '--is-ancestor', ancestor, keptRef(descendant)]);
    return true;
  } catch (error) {
    if (error instanceof GitError && error.reason === 'exit') return false;
    throw error;
  }
}

/** Whether none of the places where a fetch cut the history lies behind this commit. It is not told from a list that is too long. */
async function isWhole(context: HistoryContext, commit: string): Promise<boolean> {
  // The next fetch makes the repository anew.
  if ((await context.repository.shallowBytes()) > 2 * context.limits.maxShallowBytes) return false;
  const args = ['rev-list', '--no-commit-header', '--format=%H %p', keptRef(commit)];
  const lines = (await run(context, args)).toString('latin1').split('\n');
  // At a cut git shows a commit without parents, as it shows a root; the shallow file tells them apart.
  const ends = lines.filter((line) => /^[0-9a-f]{40} $/.test(line)).map((line) => line.slice(0, 40));
  const cuts = await cutCommits(context);
  return !ends.some((end) => cuts.has(end));
}

async function cutCommits(context: HistoryContext): Promise<Set<string>> {
  const text = await readFile(join(context.repository.path, shallowFile), 'latin1').catch(() => '');
  return new Set(text.split('\n').filter(Boolean));
}

function run({ git, repository, limits, signal }: HistoryContext, args: readonly string[]): Promise<Buffer> {
  const maxOutputBytes = limits.maxHistoryCommits * 256 + 65_536;
  return git.run({ args, gitDir: repository.path, timeoutMs: limits.localTimeoutMs, maxOutputBytes, signal });
}
