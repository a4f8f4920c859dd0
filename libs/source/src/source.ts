import type { BuildFailure, ChangedPaths } from '@cooperage/domain';
import type { BuildContext, ContextPaths } from './context/build-context.js';
import type { StoredMirror, StoredProject } from './mirror/stored-mirrors.js';
import type { CommitFacts } from './objects/commit-object.js';
import type { RemoteRefs } from './remote/ref-reader.js';
import type { RetryNotice } from './retry.js';
import type { SourceProject } from './source-project.js';

export interface CommitRequest {
  /** Full name of the branch or tag that led to the commit; needed where a host gives commits only by name. */
  readonly ref: string;
  /** Full commit id in lower-case hex (SHA-1). */
  readonly commit: string;
}

/**
 * The git side of a build. Every method ends in its result, a `BuildFailure` with a code of the catalogue, or the
 * signal's reason; by then no process of it runs, except an idle reader that ends by itself.
 */
export interface Source {
  /** Branches, tags and default branch, read from the git host now. One try. */
  refs(project: SourceProject, signal?: AbortSignal): Promise<RemoteRefs>;
  /**
   * The commit of one branch, read from the git host now; null when the host does not show it. Keeps nothing else of what
   * the host says. One try.
   * @param ref full name of a branch
   */
  readBranch(project: SourceProject, ref: string, signal?: AbortSignal): Promise<string | null>;
  /**
   * Brings exactly that commit into the mirror, if it is not there. While the host cannot be reached it tries again,
   * five times within two minutes; `onRetry` hears of each wait.
   */
  prepare(
    project: SourceProject,
    request: CommitRequest,
    signal?: AbortSignal,
    onRetry?: (notice: RetryNotice) => void,
  ): Promise<CommitFacts>;
  /**
   * The build context of a prepared commit, from the mirror alone: no host is asked.
   * @throws {BuildFailure} `SourceUnavailable` when the mirror does not have the commit (any more), as each read of a prepared commit does
   */
  context(project: SourceProject, commit: string, paths: ContextPaths, signal?: AbortSignal): Promise<BuildContext>;
  /** Those of a build that is made from several Dockerfiles, in their order: the limits hold for all of them together. */
  contexts(
    project: SourceProject,
    commit: string,
    list: readonly ContextPaths[],
    signal?: AbortSignal,
  ): Promise<BuildContext[]>;
  /**
   * One file of a prepared commit; null where there is none.
   * @throws {BuildFailure} `InvalidBuildConfig` for a path that leads out of the repository, or more than `maxBytes`
   */
  file(
    project: SourceProject,
    commit: string,
    path: string,
    maxBytes: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array | null>;
  /**
   * Whether `ancestor` is `descendant` or behind it. One try.
   * @returns undefined when that is not found out within `maxHistoryCommits`.
   */
  isAncestor(
    project: SourceProject,
    ancestor: string,
    descendant: string,
    signal?: AbortSignal,
  ): Promise<boolean | undefined>;
  /**
   * Paths that differ between two commits, in no order; a rename counts as two. One try.
   * @returns `too_many` beyond `changedPathLimits`: no more is looked at
   */
  changedPaths(
    project: SourceProject,
    from: string,
    to: string,
    signal?: AbortSignal,
  ): Promise<Exclude<ChangedPaths, null>>;
  /** Keeps the mirror small. To be called now and then, off the way of a build. */
  tidy(project: SourceProject, signal?: AbortSignal): Promise<void>;
  /** Why nothing is fetched now, whatever the project is: `DiskFull`. Null where there is room. Touches no mirror. */
  fullDisk(): Promise<BuildFailure | null>;
  /** What lies in the root, of projects that are gone as well. */
  stored(): Promise<StoredProject[]>;
  /** Removes a mirror, unless it was used since it was listed. A build that reads from it fails: see that there is none. */
  drop(mirror: StoredMirror): Promise<void>;
  /** Notes for other processes of the root that the project's mirrors are in use now. */
  touch(project: Pick<SourceProject, 'id'>): Promise<void>;
  /** Forgets everything about the project. */
  remove(project: Pick<SourceProject, 'id'>): Promise<void>;
  /**
   * Git's version on this machine, for example `2.39.5`.
   * @throws {BuildFailure} `SourceUnavailable` when git is missing or too old; every other method does so, too.
   */
  check(): Promise<string>;
  /** Ends the kept processes. */
  close(): Promise<void>;
}
