import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkedGitVersion } from '../git/git-version.js';
import { prepareFolders } from '../source-folders.js';
import type { SourceSettings } from '../source-options.js';
import { checkProjectId } from '../source-project.js';
import { ProjectMirror } from './project-mirror.js';

const maxInMemory = 500;

/** The mirrors of this worker, one for each project, in folders named by the project's id. */
export class MirrorShelf {
  readonly #settings: SourceSettings;
  readonly #mirrors = new Map<string, ProjectMirror>();
  #ready: Promise<string> | undefined;

  constructor(settings: SourceSettings) {
    this.#settings = settings;
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

  async of(projectId: string): Promise<ProjectMirror> {
    const id = checkProjectId(projectId);
    await this.ready();
    const { mirrorRoot, git, limits, idleMs } = this.#settings;
    const mirror = this.#mirrors.get(id) ?? new ProjectMirror({ git, folder: join(mirrorRoot, id), limits, idleMs });
    this.#mirrors.delete(id);
    this.#mirrors.set(id, mirror);
    // The longest unused is forgotten, not closed: a build may still read from it; its process ends when idle.
    if (this.#mirrors.size > maxInMemory) this.#mirrors.delete(this.#mirrors.keys().next().value!);
    return mirror;
  }

  async remove(projectId: string): Promise<void> {
    const mirror = await this.of(projectId);
    await mirror.exclusively(undefined, async () => {
      this.#mirrors.delete(projectId);
      await mirror.close();
      const grave = join(this.#settings.mirrorRoot, `.removed-${randomUUID()}`);
      await rename(join(this.#settings.mirrorRoot, projectId), grave);
      await rm(grave, { recursive: true, force: true });
    });
  }

  async close(): Promise<void> {
    const mirrors = [...this.#mirrors.values()];
    this.#mirrors.clear();
    await Promise.all(mirrors.map((mirror) => mirror.close()));
  }
}
