import { createHash, randomUUID } from 'node:crypto';
import { rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkedGitVersion } from '../git/git-version.js';
import { IdleReaders } from '../objects/idle-readers.js';
import { prepareFolders } from '../source-folders.js';
import type { SourceSettings } from '../source-options.js';
import { checkProjectId, type SourceProject } from '../source-project.js';
import { ProjectMirror } from './project-mirror.js';
import { isRealFolder } from './repository-files.js';
import { type StoredMirror, StoredMirrors, type StoredProject } from './stored-mirrors.js';

const maxInMemory = 500;
/** Kept `git cat-file` processes that wait for a question: more than the slots of control or of most builders. */
const maxIdleReaders = 16;
/** A use is noted on the disk at most that often. */
const touchMs = 30_000;

type MirrorOf = Pick<SourceProject, 'id' | 'remoteUrl'>;

/** What stood in a project's folder when it had one mirror, whatever its address was. */
const formerNames = ['files.git', 'history.git', 'lock'];

/**
 * Folder of a mirror below the root. Each address of a project has its own, so that no other one answers for a commit.
 * @throws {BuildFailure} `InvalidBuildConfig` for an id that must not name a folder.
 */
export function mirrorFolder({ id, remoteUrl }: MirrorOf): string {
  return join(checkProjectId(id), createHash('sha256').update(remoteUrl).digest('hex').slice(0, 32));
}

/** The mirrors of this worker, one for each project and address, in a folder named by the project's id. */
export class MirrorShelf {
  readonly #settings: SourceSettings;
  readonly #mirrors = new Map<string, ProjectMirror>();
  readonly #touchedAt = new Map<string, number>();
  readonly #stored: StoredMirrors;
  readonly #idleReaders = new IdleReaders(maxIdleReaders);
  #ready: Promise<string> | undefined;

  constructor(settings: SourceSettings) {
    this.#settings = settings;
    this.#stored = new StoredMirrors(settings.mirrorRoot);
  }

  /** Makes the folders and looks at git, once. @returns git's version. */
  async ready(): Promise<string> {
    const { mirrorRoot, home, privateFolder, git } = this.#settings;
    this.#ready ??= prepareFolders(mirrorRoot, home, privateFolder).then(() => checkedGitVersion(git, home));
    return this.#ready.catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
  }

  async of(project: MirrorOf): Promise<ProjectMirror> {
    const name = mirrorFolder(project);
    await this.ready();
    const mirror = this.#mirrors.get(name) ?? (await this.#make(name));
    this.#mirrors.delete(name);
    this.#mirrors.set(name, mirror);
    await this.#touch(name);
    // The longest unused is forgotten, not closed: a build may still read from it; its process ends when idle.
    if (this.#mirrors.size > maxInMemory) this.#mirrors.delete(this.#mirrors.keys().next().value!);
    return mirror;
  }

  /** All mirrors of a project, each once nobody uses it. */
  async remove(projectId: string): Promise<void> {
    const id = checkProjectId(projectId);
    await this.ready();
    for (const name of await this.#stored.namesOf(id)) await this.#remove(name);
    await rm(join(this.#settings.mirrorRoot, id), { recursive: true, force: true });
  }

  /** What lies on the disk. */
  async stored(): Promise<StoredProject[]> {
    await this.ready();
    return this.#stored.list();
  }

  /** Removes one mirror, unless it was used since. What is known of its project's hosts stays. */
  async drop({ name, usedAtMs }: StoredMirror): Promise<void> {
    await this.#remove(name, usedAtMs);
  }

  /** Notes for all processes of this root that the mirrors of a project are in use. */
  async touch(projectId: string): Promise<void> {
    for (const name of await this.#stored.namesOf(checkProjectId(projectId))) await this.#touch(name);
  }

  async #touch(name: string): Promise<void> {
    const now = performance.now();
    if (now - (this.#touchedAt.get(name) ?? Number.NEGATIVE_INFINITY) < touchMs) return;
    this.#touchedAt.delete(name);
    this.#touchedAt.set(name, now);
    if (this.#touchedAt.size > maxInMemory) this.#touchedAt.delete(this.#touchedAt.keys().next().value!);
    const moment = new Date();
    // It is not there before its first fetch, and new afterwards.
    await utimes(join(this.#settings.mirrorRoot, name), moment, moment).catch(() => undefined);
  }

  async #make(name: string): Promise<ProjectMirror> {
    const { mirrorRoot, git, limits, idleMs } = this.#settings;
    const folder = join(mirrorRoot, name);
    const projectFolder = dirname(folder);
    await isRealFolder(projectFolder);
    for (const former of formerNames) await rm(join(projectFolder, former), { recursive: true, force: true });
    const mirror = new ProjectMirror({ git, folder, projectFolder, limits, idleMs, idleReaders: this.#idleReaders });
    await mirror.takeOver();
    // Somebody else may have made it meanwhile, and what is made is shared.
    const known = this.#mirrors.get(name) ?? mirror;
    this.#mirrors.set(name, known);
    return known;
  }

  async #remove(name: string, usedAtMs: number | null = null): Promise<void> {
    const mirror = this.#mirrors.get(name) ?? (await this.#make(name));
    await mirror.exclusively(undefined, async () => {
      if (usedAtMs !== null && (await this.#stored.usedAt(name)) !== usedAtMs) return;
      this.#mirrors.delete(name);
      await mirror.close();
      const grave = this.#stored.grave(randomUUID());
      await rename(join(this.#settings.mirrorRoot, name), grave);
      await rm(grave, { recursive: true, force: true });
    });
  }

  async close(): Promise<void> {
    const mirrors = [...this.#mirrors.values()];
    this.#mirrors.clear();
    await Promise.all([...mirrors.map((mirror) => mirror.close()), this.#idleReaders.close()]);
  }
}
