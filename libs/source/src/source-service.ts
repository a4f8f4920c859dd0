import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildFailure, isCommitId, isFullRef, parseRepositoryPath, visibleText } from '@cooperage/domain';
import type { BuildContext, ContextPaths } from './context/build-context.js';
import { readContext } from './context/context-reader.js';
import type { BareRepository } from './mirror/bare-repository.js';
import { changedPaths } from './mirror/changed-paths.js';
import { fetchCommit } from './mirror/fetch-commit.js';
import type { HeldLock } from './mirror/generation-lock.js';
import { fetchAncestry, knownAncestry } from './mirror/history.js';
import { ProjectMirror } from './mirror/project-mirror.js';
import { tidy } from './mirror/tidy.js';
import type { CommitFacts } from './objects/commit-object.js';
import { openRemote, type RemoteAccess } from './remote/remote-access.js';
import { type RemoteRefs, readRemoteRefs } from './remote/remote-refs.js';
import { type RetryNotice, retrying } from './retry.js';
import { isMirrorFault, isTooLarge, settled } from './service-errors.js';
import { prepareFolders } from './source-folders.js';
import { type SourceOptions, type SourceSettings, sourceSettings } from './source-options.js';
import { checkProjectId, type SourceProject } from './source-project.js';

export interface CommitRequest {
  /** Full name of the branch or tag that led to the commit; needed where a host gives commits only by name. */
  readonly ref: string;
  readonly commit: string;
}

/**
 * The git side of a build. Every method ends in its result, a `BuildFailure` with a code of the catalogue, or the
 * signal's reason; by then no process of it runs.
 */
export interface Source {
  /** Branches, tags and default branch, read from the git host now. One try. */
  refs(project: SourceProject, signal?: AbortSignal): Promise<RemoteRefs>;
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
  /** The build context of a prepared commit. */
  context(project: SourceProject, commit: string, paths: ContextPaths, signal?: AbortSignal): Promise<BuildContext>;
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
  /** Paths that differ between two commits; a rename counts as two. One try. */
  changedPaths(project: SourceProject, from: string, to: string, signal?: AbortSignal): Promise<string[]>;
  /** Keeps the mirror small. To be called now and then, off the way of a build. */
  tidy(project: SourceProject, signal?: AbortSignal): Promise<void>;
  /** Forgets everything about the project. */
  remove(project: Pick<SourceProject, 'id'>): Promise<void>;
  /** Ends the kept processes. */
  close(): Promise<void>;
}

/** @throws {TypeError} for an allow list entry that is not exactly `host:port`. */
export function createSource(options: SourceOptions): Source {
  return new SourceService(sourceSettings(options));
}

const retryWithinMs = 120_000;
const maxMirrorsInMemory = 500;

class SourceService implements Source {
  readonly #settings: SourceSettings;
  readonly #mirrors = new Map<string, ProjectMirror>();
  #ready: Promise<void> | undefined;

  constructor(settings: SourceSettings) {
    this.#settings = settings;
  }

  async refs(project: SourceProject, signal?: AbortSignal): Promise<RemoteRefs> {
    const mirror = await this.#mirror(project);
    const { git, limits } = this.#settings;
    return settled(signal, async () => {
      await mirror.files.ensure();
      return this.#withRemote(project, mirror, signal, (access) =>
        readRemoteRefs(git, mirror.files.path, access, limits, signal),
      );
    });
  }

  async prepare(
    project: SourceProject,
    request: CommitRequest,
    signal?: AbortSignal,
    onRetry?: (notice: RetryNotice) => void,
  ): Promise<CommitFacts> {
    if (!isFullRef(request.ref))
      throw new BuildFailure('RefNotFound', `Git has no branch or tag with the name ${visibleText(request.ref)}.`);
    const mirror = await this.#mirror(project);
    return settled(signal, async () => {
      const fetch = (): Promise<void> => settled(signal, () => this.#ensureCommit(project, mirror, request, signal));
      await retrying(fetch, { delaysMs: this.#settings.retryDelaysMs, withinMs: retryWithinMs, signal, onRetry });
      return mirror.commitFacts(request.commit);
    });
  }

  async context(
    project: SourceProject,
    commit: string,
    paths: ContextPaths,
    signal?: AbortSignal,
  ): Promise<BuildContext> {
    const mirror = await this.#mirror(project);
    const { git, limits } = this.#settings;
    const { reader, streams } = mirror;
    return settled(signal, async () => {
      if (!(await mirror.files.has(checkCommit(commit)))) throw new Error('the commit was not prepared');
      const { tree } = await mirror.commitFacts(commit);
      const identity = mirror.identityOf(identityName(paths.contextPath));
      const list = { git, gitDir: mirror.files.path, signal };
      const reading = readContext(tree, paths, { reader, streams, list, identity, limits });
      return reading.catch(async (error: unknown) => {
        if (isMirrorFault(error)) await mirror.reset(mirror.files);
        throw error;
      });
    });
  }

  async isAncestor(
    project: SourceProject,
    ancestor: string,
    descendant: string,
    signal?: AbortSignal,
  ): Promise<boolean | undefined> {
    if (checkCommit(ancestor) === checkCommit(descendant)) return true;
    const mirror = await this.#mirror(project);
    const { history } = mirror;
    const context = { git: this.#settings.git, repository: history, limits: this.#settings.limits, signal };
    return settled(signal, () =>
      this.#repairing(mirror, history, async () => {
        if (await mirror.files.has(descendant)) {
          const { parents } = await mirror.commitFacts(descendant);
          if (parents.includes(ancestor)) return true;
        }
        const known = await knownAncestry(context, ancestor, descendant);
        if (known !== undefined) return known;
        return mirror.exclusively(signal, async (lock) => {
          await history.ensure();
          return this.#withRemote(project, mirror, signal, (access) =>
            fetchAncestry(context, { access, lock }, ancestor, descendant),
          );
        });
      }),
    );
  }

  async changedPaths(project: SourceProject, from: string, to: string, signal?: AbortSignal): Promise<string[]> {
    const mirror = await this.#mirror(project);
    const { git, limits } = this.#settings;
    return settled(signal, async () => {
      for (const commit of [from, to]) await this.#ensureCommit(project, mirror, { commit }, signal);
      return changedPaths({ git, gitDir: mirror.files.path, limits, signal }, from, to);
    });
  }

  async tidy(project: SourceProject, signal?: AbortSignal): Promise<void> {
    const mirror = await this.#mirror(project);
    const { git, limits } = this.#settings;
    await settled(signal, () =>
      mirror.exclusively(signal, async () => {
        for (const repository of [mirror.files, mirror.history])
          await tidy(git, repository, limits.fetchTimeoutMs, signal);
      }),
    );
  }

  async remove(project: Pick<SourceProject, 'id'>): Promise<void> {
    const mirror = await this.#mirror(project);
    await mirror.exclusively(undefined, async () => {
      this.#mirrors.delete(project.id);
      await mirror.close();
      const grave = join(this.#settings.mirrorRoot, `.removed-${randomUUID()}`);
      await rename(join(this.#settings.mirrorRoot, project.id), grave);
      await rm(grave, { recursive: true, force: true });
    });
  }

  async close(): Promise<void> {
    const mirrors = [...this.#mirrors.values()];
    this.#mirrors.clear();
    await Promise.all(mirrors.map((mirror) => mirror.close()));
  }

  async #mirror(project: Pick<SourceProject, 'id'>): Promise<ProjectMirror> {
    const id = checkProjectId(project.id);
    const { mirrorRoot, home, privateFolder, git, limits, idleMs } = this.#settings;
    this.#ready ??= prepareFolders(mirrorRoot, home, privateFolder);
    await this.#ready;
    const mirror = this.#mirrors.get(id) ?? new ProjectMirror({ git, folder: join(mirrorRoot, id), limits, idleMs });
    this.#mirrors.delete(id);
    this.#mirrors.set(id, mirror);
    // The longest unused is forgotten, not closed: a build may still read from it; its process ends when idle.
    if (this.#mirrors.size > maxMirrorsInMemory) this.#mirrors.delete(this.#mirrors.keys().next().value!);
    return mirror;
  }

  async #ensureCommit(
    project: SourceProject,
    mirror: ProjectMirror,
    request: { readonly commit: string; readonly ref?: string },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { files } = mirror;
    if (await files.has(checkCommit(request.commit))) return;
    await mirror.exclusively(signal, async (lock) => {
      if (await files.has(request.commit)) return;
      const fetch = (): Promise<void> =>
        this.#repairing(mirror, files, () => this.#fetch(project, mirror, lock, request, signal));
      await fetch().catch((error: unknown) => {
        if (isMirrorFault(error)) return fetch();
        throw error;
      });
    });
  }

  async #fetch(
    project: SourceProject,
    mirror: ProjectMirror,
    lock: HeldLock,
    request: { readonly commit: string; readonly ref?: string },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { git, limits } = this.#settings;
    const repository = mirror.files;
    await repository.ensure();
    await this.#withRemote(project, mirror, signal, (access) =>
      fetchCommit({ git, repository, access, lock, limits, signal }, { ...request, depth: 1 }),
    );
  }

  async #withRemote<T>(
    project: SourceProject,
    mirror: ProjectMirror,
    signal: AbortSignal | undefined,
    work: (access: RemoteAccess) => Promise<T>,
  ): Promise<T> {
    const access = await openRemote(project, mirror.knownHostsFile, this.#settings.remote, signal);
    try {
      return await work(access);
    } finally {
      await access.close();
    }
  }

  /** A mirror that cannot be read, or that got too much, is thrown away: the next fetch makes it anew. */
  async #repairing<T>(mirror: ProjectMirror, repository: BareRepository, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isMirrorFault(error) || isTooLarge(error)) await mirror.reset(repository);
      throw error;
    }
  }
}

/** The path as it will be read; a refused one is refused there, with its reason. */
function identityName(contextPath: string): string {
  try {
    return parseRepositoryPath(contextPath);
  } catch {
    return contextPath;
  }
}

function checkCommit(commit: string): string {
  if (!isCommitId(commit)) throw new BuildFailure('RefNotFound', `${visibleText(commit, 64)} is not a full commit id.`);
  return commit;
}
