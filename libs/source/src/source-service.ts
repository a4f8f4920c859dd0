import { BuildFailure, isCommitId, isFullRef, parseRepositoryPath, visibleText } from '@cooperage/domain';
import type { BuildContext, ContextPaths } from './context/build-context.js';
import { type InputSource, readFile } from './context/context-inputs.js';
import { type ContextSource, readContexts } from './context/context-reader.js';
import { changedPaths } from './mirror/changed-paths.js';
import { CommitFetcher } from './mirror/commit-fetcher.js';
import { ensureOn, fullDisk } from './mirror/disk-room.js';
import { knownAncestry } from './mirror/history.js';
import { MirrorShelf } from './mirror/mirror-shelf.js';
import type { ProjectMirror } from './mirror/project-mirror.js';
import type { StoredMirror, StoredProject } from './mirror/stored-mirrors.js';
import { tidy } from './mirror/tidy.js';
import type { CommitFacts } from './objects/commit-object.js';
import { PathResolver } from './objects/path-resolver.js';
import type { RemoteRefs } from './remote/ref-reader.js';
import { type RefQuestion, readRemoteBranch, readRemoteRefs } from './remote/remote-refs.js';
import { type RetryNotice, retrying } from './retry.js';
import { failureToRead, isMirrorFault, isTooLarge, settled } from './service-errors.js';
import type { CommitRequest, Source } from './source.js';
import { type SourceOptions, type SourceSettings, sourceSettings } from './source-options.js';
import type { SourceProject } from './source-project.js';

/** @throws {TypeError} for an allow list entry that is not exactly `host:port`. */
export function createSource(options: SourceOptions): Source {
  return new SourceService(sourceSettings(options));
}

const retryWithinMs = 120_000;

class SourceService implements Source {
  readonly #settings: SourceSettings;
  readonly #shelf: MirrorShelf;

  constructor(settings: SourceSettings) {
    this.#settings = settings;
    this.#shelf = new MirrorShelf(settings);
  }

  refs(project: SourceProject, signal?: AbortSignal): Promise<RemoteRefs> {
    return this.#askRemote(project, signal, readRemoteRefs);
  }

  async readBranch(project: SourceProject, ref: string, signal?: AbortSignal): Promise<string | null> {
    if (!isFullRef(ref)) return null;
    return this.#askRemote(project, signal, (question) => readRemoteBranch(question, ref));
  }

  async #askRemote<T>(
    project: SourceProject,
    signal: AbortSignal | undefined,
    ask: (question: RefQuestion) => Promise<T>,
  ): Promise<T> {
    const { git, limits } = this.#settings;
    const mirror = await this.#shelf.of(project);
    const fetcher = new CommitFetcher(this.#settings, project, mirror, signal);
    return settled(signal, async () => {
      await ensureOn(mirror.files, this.#settings);
      return fetcher.withRemote((access) => ask({ git, gitDir: mirror.files.path, access, limits, signal }));
    });
  }

  async prepare(
    project: SourceProject,
    request: CommitRequest,
    signal?: AbortSignal,
    onRetry?: (notice: RetryNotice) => void,
  ): Promise<CommitFacts> {
    checkCommit(request.commit);
    if (!isFullRef(request.ref))
      throw new BuildFailure('RefNotFound', `Git has no branch or tag with the name ${visibleText(request.ref)}.`);
    const mirror = await this.#shelf.of(project);
    const fetcher = new CommitFetcher(this.#settings, project, mirror, signal);
    return settled(signal, async () => {
      const fetch = (): Promise<void> => settled(signal, () => fetcher.ensureFiles(request));
      const prepared = async (): Promise<CommitFacts> => {
        await retrying(fetch, { delaysMs: this.#settings.retryDelaysMs, withinMs: retryWithinMs, signal, onRetry });
        return renewing(mirror, () => mirror.commitFacts(request.commit));
      };
      // Fetched anew, and no more than once: what is broken again at once is for the next attempt, of which there are few.
      return prepared().catch((error: unknown) => {
        if (isMirrorFault(error)) return prepared();
        throw error;
      });
    });
  }

  async context(
    project: SourceProject,
    commit: string,
    paths: ContextPaths,
    signal?: AbortSignal,
  ): Promise<BuildContext> {
    const [context] = await this.contexts(project, commit, [paths], signal);
    return context!;
  }

  contexts(
    project: SourceProject,
    commit: string,
    paths: readonly ContextPaths[],
    signal?: AbortSignal,
  ): Promise<BuildContext[]> {
    const { git, limits } = this.#settings;
    return this.#atCommit(project, commit, signal, (mirror, tree) => {
      const { reader, streams } = mirror;
      const identityOf = (path: string) => mirror.identityOf(identityName(path));
      const list = { git, gitDir: mirror.files.path, signal };
      const from: ContextSource & InputSource = {
        ...{ reader, streams, list, identityOf, limits },
        faultOf: faultsOf(mirror),
        paths: new PathResolver(reader, signal),
      };
      return readContexts(tree, paths, from);
    });
  }

  file(project: SourceProject, commit: string, path: string, maxBytes: number, signal?: AbortSignal) {
    return this.#atCommit(project, commit, signal, ({ reader }, tree) =>
      readFile(tree, path, maxBytes, reader, signal),
    );
  }

  /** Reads of a prepared commit; a mirror that has lost something is made anew for the next time. */
  async #atCommit<T>(
    project: SourceProject,
    commit: string,
    signal: AbortSignal | undefined,
    read: (mirror: ProjectMirror, tree: string) => Promise<T>,
  ): Promise<T> {
    const mirror = await this.#shelf.of(project);
    return settled(signal, async () => {
      // It may be gone since it was prepared: a mirror that got too much is made anew.
      if (!(await mirror.files.has(checkCommit(commit))))
        throw new BuildFailure(
          'SourceUnavailable',
          "The worker's copy of the repository does not have the commit any more.",
        );
      return renewing(mirror, async () => read(mirror, (await mirror.commitFacts(commit)).tree));
    });
  }

  async isAncestor(
    project: SourceProject,
    ancestor: string,
    descendant: string,
    signal?: AbortSignal,
  ): Promise<boolean | undefined> {
    if (checkCommit(ancestor) === checkCommit(descendant)) return true;
    const mirror = await this.#shelf.of(project);
    return mirror.ancestry.of(ancestor, descendant, () =>
      this.#askAncestry(mirror, project, ancestor, descendant, signal),
    );
  }

  async #askAncestry(
    mirror: ProjectMirror,
    project: SourceProject,
    ancestor: string,
    descendant: string,
    signal: AbortSignal | undefined,
  ): Promise<boolean | undefined> {
    const { git, limits } = this.#settings;
    const context = { git, repository: mirror.history, limits, signal };
    return settled(signal, async () => {
      const facts = () => renewing(mirror, () => mirror.commitFacts(descendant));
      if ((await mirror.files.has(descendant)) && (await facts()).parents.includes(ancestor)) return true;
      const known = await knownAncestry(context, ancestor, descendant);
      if (known !== undefined) return known;
      return new CommitFetcher(this.#settings, project, mirror, signal).ancestry(context, ancestor, descendant);
    });
  }

  async changedPaths(project: SourceProject, from: string, to: string, signal?: AbortSignal) {
    const commits = [checkCommit(from), checkCommit(to)];
    const mirror = await this.#shelf.of(project);
    const fetcher = new CommitFetcher(this.#settings, project, mirror, signal);
    return settled(signal, async () => {
      for (const commit of commits) await fetcher.ensureFiles({ commit });
      return renewing(mirror, async () => {
        const [older, newer] = [await mirror.commitFacts(from), await mirror.commitFacts(to)];
        return changedPaths(mirror.reader, older.tree, newer.tree, signal);
      });
    });
  }

  async tidy(project: SourceProject, signal?: AbortSignal): Promise<void> {
    const { git, limits } = this.#settings;
    const mirror = await this.#shelf.of(project);
    await settled(signal, () =>
      mirror.exclusively(signal, async (lock) => {
        for (const repository of [mirror.files, mirror.history])
          await tidy({ git, repository, lock, limits, signal }).catch(async (error: unknown) => {
            if (isTooLarge(error)) await mirror.reset(repository);
            throw error;
          });
      }),
    );
  }

  fullDisk(): Promise<BuildFailure | null> {
    const { mirrorRoot, limits } = this.#settings;
    return fullDisk(mirrorRoot, limits.minFreeBytes);
  }

  stored(): Promise<StoredProject[]> {
    return this.#shelf.stored();
  }

  drop(mirror: StoredMirror): Promise<void> {
    return this.#shelf.drop(mirror);
  }

  touch(project: Pick<SourceProject, 'id'>): Promise<void> {
    return this.#shelf.touch(project.id);
  }

  remove(project: Pick<SourceProject, 'id'>): Promise<void> {
    return this.#shelf.remove(project.id);
  }

  check(): Promise<string> {
    return this.#shelf.ready();
  }

  close(): Promise<void> {
    return this.#shelf.close();
  }
}

/** Reads of files. What is broken is thrown away, so that the next fetch makes it anew. */
async function renewing<T>(mirror: ProjectMirror, read: () => Promise<T>): Promise<T> {
  const { generation } = mirror;
  try {
    return await read();
  } catch (error) {
    if (isMirrorFault(error)) await mirror.renewFiles(generation);
    throw error;
  }
}

/** The same for files of a context, which an engine reads while it builds: that build fails, and its next attempt fetches anew. */
function faultsOf(mirror: ProjectMirror): (error: unknown) => Promise<unknown> {
  const { generation } = mirror;
  return async (error) => {
    if (isMirrorFault(error)) await mirror.renewFiles(generation);
    return failureToRead(error);
  };
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
