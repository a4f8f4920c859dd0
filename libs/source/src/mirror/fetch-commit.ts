import { BuildFailure } from '@cooperage/domain';
import type { GitCommand } from '../git/git-command.js';
import type { GitConfig } from '../git/git-environment.js';
import { GitError } from '../git/git-error.js';
import { failureOf, refusesCommitIds } from '../git/git-failure.js';
import type { RemoteAccess } from '../remote/remote-access.js';
import type { SourceLimits } from '../source-limits.js';
import { type BareRepository, keptRef } from './bare-repository.js';
import { aboveFloor, fullDisk } from './disk-room.js';
import { FetchWatch } from './fetch-watch.js';
import type { HeldLock } from './generation-lock.js';

export interface FetchContext {
  readonly git: GitCommand;
  readonly repository: BareRepository;
  readonly access: RemoteAccess;
  readonly lock: HeldLock;
  readonly limits: SourceLimits;
  readonly signal?: AbortSignal | undefined;
}

export interface FetchWhat {
  readonly commit: string;
  /** Full name of a branch or tag that leads to the commit, for hosts that give commits only by name. */
  readonly ref?: string;
  readonly depth: number;
  /** `tree:0`: commits without their files, where the host can do that. */
  readonly filter?: 'tree:0';
}

/** How far behind a branch's head a commit is looked for where the host gives commits only by name. */
const fallbackDepth = 256;

/**
 * Fetches one exact commit, by its id; where the host refuses that, by the ref. Never another commit.
 * @throws {BuildFailure} as `failureOf` says, `RefNotFound` when the commit is not there.
 * @throws {GitError} when the mirror itself is to blame.
 */
export async function fetchCommit(context: FetchContext, what: FetchWhat): Promise<void> {
  try {
    await fetchInto(context, what, what.commit);
  } catch (error) {
    if (!refusesCommitIds(error) || what.ref === undefined) throw await asFailure(error, context);
    await fetchByRef(context, { ...what, ref: what.ref });
  }
}

async function fetchByRef(context: FetchContext, what: FetchWhat & { readonly ref: string }): Promise<void> {
  const { git, repository } = context;
  for (const depth of [what.depth, Math.max(fallbackDepth, what.depth)]) {
    await fetchInto(context, { ...what, depth }, what.ref).catch(async (error: unknown) => {
      throw await asFailure(error, context);
    });
    if (await holdsCommit(git, repository, what.commit)) return keep(context, what.commit);
  }
  throw new BuildFailure('RefNotFound', `The git host ${context.access.remote.host} no longer has this commit.`);
}

/** The name under which a branch's head passes through, until the wanted commit is kept by its own. */
const passingRef = 'refs/passing/head';

/** Old commits with a slip in their author line are in many honest histories; only who follows whom is read there. */
const withoutContentCheck: GitConfig = [['fetch.fsckObjects', 'false']];

/** Git would write the filter into the repository's own settings, unless it is set. */
function filtered(href: string, filter: string): GitConfig {
  return [...withoutContentCheck, [`remote.${href}.promisor`, 'true'], [`remote.${href}.partialclonefilter`, filter]];
}

/** What a fetch left that did not end is removed, also one of before: it may be what fills the disk. */
async function fetchInto(context: FetchContext, what: FetchWhat, source: string): Promise<void> {
  const { repository, limits } = context;
  const look = () => fullDisk(repository.path, limits.minFreeBytes);
  try {
    await aboveFloor(look, (floor) => fetchWatched(context, what, source, floor));
  } catch (error) {
    await repository.sweep();
    throw error;
  }
}

async function fetchWatched(
  { git, repository, access, lock, limits, signal }: FetchContext,
  what: FetchWhat,
  source: string,
  floor: AbortSignal,
): Promise<void> {
  const watch = await FetchWatch.start(repository.path, access.remote.host, limits);
  const target = source === what.commit ? keptRef(what.commit) : passingRef;
  const filter = what.filter ? [`--filter=${what.filter}`] : [];
  const fixed = [
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    '--no-auto-maintenance',
    '--progress',
  ];
  try {
    await git.read(
      {
        args: ['fetch', ...fixed, `--depth=${what.depth}`, ...filter, '--', access.remote.href, `+${source}:${target}`],
        gitDir: repository.path,
        protocol: access.protocol,
        config: what.filter ? [...access.config, ...filtered(access.remote.href, what.filter)] : access.config,
        variables: access.variables,
        ...(access.cwd !== undefined && { cwd: access.cwd }),
        timeoutMs: limits.fetchTimeoutMs,
        signal: AbortSignal.any([watch.signal, floor, ...(signal ? [signal] : [])]),
        onProgress: watch.onProgress,
        onStart: (pid) => lock.noteHelper(pid),
      },
      () => {},
    );
    await watch.checkEnd();
  } finally {
    watch.stop();
  }
}

async function holdsCommit(git: GitCommand, repository: BareRepository, commit: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', commit, passingRef];
  return git.run({ args, gitDir: repository.path }).then(
    () => true,
    () => false,
  );
}

async function keep({ git, repository, limits }: FetchContext, commit: string): Promise<void> {
  const gitDir = repository.path;
  await git.run({ args: ['update-ref', keptRef(commit), commit], gitDir, timeoutMs: limits.localTimeoutMs });
  await git.run({ args: ['update-ref', '-d', passingRef], gitDir, timeoutMs: limits.localTimeoutMs });
}

async function asFailure(error: unknown, { repository, access, limits }: FetchContext): Promise<unknown> {
  if (!(error instanceof GitError)) return error;
  return (await fullDisk(repository.path, limits.minFreeBytes)) ?? failureOf(error, access.remote.host) ?? error;
}
