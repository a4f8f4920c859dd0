import { sampleRemoteUrl } from '@cooperage/domain';
import { openRemote, type RemoteAccess } from '../remote/remote-access.js';
import { openSample } from '../sample/sample-remote.js';
import { isMirrorFault, isTooLarge } from '../service-errors.js';
import type { SourceSettings } from '../source-options.js';
import type { SourceProject } from '../source-project.js';
import type { BareRepository } from './bare-repository.js';
import { ensureOn } from './disk-room.js';
import { fetchCommit } from './fetch-commit.js';
import type { HeldLock } from './generation-lock.js';
import { fetchAncestry, type HistoryContext } from './history.js';
import type { ProjectMirror } from './project-mirror.js';

interface Wanted {
  readonly commit: string;
  readonly ref?: string;
}

/** Brings what a project's mirror lacks from its remote: one fetch at a time, credentials laid out for it alone. */
export class CommitFetcher {
  readonly #settings: SourceSettings;
  readonly #project: SourceProject;
  readonly #mirror: ProjectMirror;
  readonly #signal: AbortSignal | undefined;

  constructor(settings: SourceSettings, project: SourceProject, mirror: ProjectMirror, signal?: AbortSignal) {
    this.#settings = settings;
    this.#project = project;
    this.#mirror = mirror;
    this.#signal = signal;
  }

  /** The commit's files, unless they are there. A broken mirror is made anew, once. */
  async ensureFiles(wanted: Wanted): Promise<void> {
    const { files } = this.#mirror;
    if (await files.has(wanted.commit)) return;
    await this.#mirror.exclusively(this.#signal, async (lock) => {
      if (await files.has(wanted.commit)) return;
      const fetch = (): Promise<void> => this.#repairing(files, () => this.#fetchFiles(wanted, lock));
      await fetch().catch((error: unknown) => {
        if (isMirrorFault(error)) return fetch();
        throw error;
      });
    });
  }

  /** @returns undefined when the answer lies beyond the limit of commits. */
  async ancestry(context: HistoryContext, ancestor: string, descendant: string): Promise<boolean | undefined> {
    const { repository } = context;
    return this.#mirror.exclusively(this.#signal, (lock) =>
      this.#repairing(repository, async () => {
        await this.#within(repository);
        return this.withRemote((access) => fetchAncestry(context, { access, lock }, ancestor, descendant));
      }),
    );
  }

  async withRemote<T>(work: (access: RemoteAccess) => Promise<T>): Promise<T> {
    const access = await this.#open();
    try {
      return await work(access);
    } finally {
      await access.close();
    }
  }

  #open(): Promise<RemoteAccess> {
    const { remote, mirrorRoot } = this.#settings;
    if (this.#project.remoteUrl === sampleRemoteUrl) return openSample(mirrorRoot);
    return openRemote(this.#project, this.#mirror.knownHostsFile, remote, this.#signal);
  }

  async #fetchFiles(wanted: Wanted, lock: HeldLock): Promise<void> {
    const { git, limits } = this.#settings;
    const repository = this.#mirror.files;
    await this.#within(repository);
    await this.withRemote((access) =>
      fetchCommit({ git, repository, access, lock, limits, signal: this.#signal }, { ...wanted, depth: 1 }),
    );
  }

  /** Makes it ready for a fetch: one that has grown beyond its limit is thrown away, whoever still reads from it. */
  async #within(repository: BareRepository): Promise<void> {
    await ensureOn(repository, this.#settings);
    const { maxMirrorBytes, maxShallowBytes } = this.#settings.limits;
    const isFull =
      (await repository.packBytes()) > maxMirrorBytes || (await repository.shallowBytes()) > maxShallowBytes;
    if (isFull) await this.#mirror.reset(repository);
  }

  /** A repository that cannot be read, or that got too much, is thrown away: the next fetch makes it anew. */
  async #repairing<T>(repository: BareRepository, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isMirrorFault(error) || isTooLarge(error)) await this.#mirror.reset(repository);
      throw error;
    }
  }
}
