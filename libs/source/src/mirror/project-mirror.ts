import { join } from 'node:path';
import { BuildFailure } from '@cooperage/domain';
import { FileIdentity } from '../context/file-identity.js';
import type { GitCommand } from '../git/git-command.js';
import { BlobStreams } from '../objects/blob-stream.js';
import { type CommitFacts, parseCommit } from '../objects/commit-object.js';
import type { IdleReaders } from '../objects/idle-readers.js';
import { ObjectReader } from '../objects/object-reader.js';
import type { SourceLimits } from '../source-limits.js';
import { Ancestry } from './ancestry.js';
import { BareRepository } from './bare-repository.js';
import { GenerationLock, type HeldLock } from './generation-lock.js';
import { KnownCommits } from './known-commits.js';
import { isRealFolder, partialSettings } from './repository-files.js';

export interface MirrorOptions {
  readonly git: GitCommand;
  /** Folder of this mirror alone. */
  readonly folder: string;
  /** That of its project: what is known of hosts holds for all its addresses. */
  readonly projectFolder: string;
  readonly limits: SourceLimits;
  readonly idleMs: number;
  /** Of all mirrors of this process. */
  readonly idleReaders: IdleReaders;
}

const maxCommitBytes = 1024 * 1024;
const largeFilesAtOnce = 4;
const maxContexts = 64;

/** What one worker keeps of one project's address: the files of the commits it built, and the history it had to look at. */
export class ProjectMirror {
  readonly files: BareRepository;
  readonly history: BareRepository;
  readonly reader: ObjectReader;
  readonly streams: BlobStreams;
  readonly ancestry = new Ancestry();
  readonly knownHostsFile: string;
  readonly #lock: GenerationLock;
  readonly #folders: readonly string[];
  readonly #commits = new KnownCommits();
  #generation = 0;
  readonly #identities = new Map<string, FileIdentity>();

  constructor({ git, folder, projectFolder, limits, idleMs, idleReaders }: MirrorOptions) {
    this.files = new BareRepository(git, join(folder, 'files.git'));
    this.history = new BareRepository(git, join(folder, 'history.git'), partialSettings);
    this.knownHostsFile = join(projectFolder, 'known_hosts');
    this.#lock = new GenerationLock(join(folder, 'lock'));
    this.#folders = [projectFolder, folder, join(folder, 'lock')];
    const gitDir = this.files.path;
    const start = () => git.start({ args: ['cat-file', '--batch'], gitDir });
    this.reader = new ObjectReader({ start, idleMs, idle: idleReaders });
    this.streams = new BlobStreams(
      (id) => git.start({ args: ['cat-file', 'blob', id], gitDir, timeoutMs: limits.fetchTimeoutMs }),
      largeFilesAtOnce,
    );
  }

  /** To be called before anything else: what lies there is made such that git may read it. */
  async takeOver(): Promise<void> {
    // One after the other: a link in the way leads to another project's.
    for (const folder of this.#folders) await isRealFolder(folder);
    for (const repository of [this.files, this.history]) await repository.takeOver();
  }

  /** Runs `work` while no other fetch of this project runs, in this process or another. */
  async exclusively<T>(signal: AbortSignal | undefined, work: (lock: HeldLock) => Promise<T>): Promise<T> {
    const lock = await this.#lock.acquire(signal);
    try {
      if (lock.predecessorDied) await Promise.all([this.files.sweep(), this.history.sweep()]);
      return await work(lock);
    } finally {
      await lock.release();
    }
  }

  /** @throws {BuildFailure} `RefNotFound` when the id is not that of a commit. {BrokenObject} */
  async commitFacts(commit: string): Promise<CommitFacts> {
    const known = this.#commits.get(commit);
    if (known) return known;
    const object = await this.reader.read(commit, maxCommitBytes);
    if (object.type !== 'commit')
      throw new BuildFailure('RefNotFound', `${commit} is not a commit of this repository.`);
    const facts = parseCommit(commit, object.content);
    this.#commits.note(facts, object.content.length);
    return facts;
  }

  /** One identity for each context folder: the engine keeps one tree for each. */
  identityOf(contextPath: string): FileIdentity {
    const known = this.#identities.get(contextPath) ?? new FileIdentity();
    this.#identities.delete(contextPath);
    this.#identities.set(contextPath, known);
    if (this.#identities.size > maxContexts) this.#identities.delete(this.#identities.keys().next().value!);
    return known;
  }

  /** Which one of the repositories of files that stood here one after the other. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Throws the files away after a fault in reading them, unless that was done since: several reads meet the same fault, and what was fetched
   * meanwhile is whole.
   */
  async renewFiles(generation: number): Promise<void> {
    if (generation === this.#generation) await this.reset(this.files);
  }

  /** Throws a broken repository away; the next fetch makes it anew. */
  async reset(repository: BareRepository): Promise<void> {
    if (repository === this.files) {
      this.#generation++;
      await this.reader.close();
    }
    await repository.remove();
    await repository.ensure();
  }

  async close(): Promise<void> {
    await this.reader.close();
  }
}
