import { createHash, randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkedGitVersion } from '../git/git-version.js';
import { prepareFolders } from '../source-folders.js';
import type { SourceSettings } from '../source-options.js';
import { checkProjectId, type SourceProject } from '../source-project.js';
import { ProjectMirror } from './project-mirror.js';

const maxInMemory = 500;

type MirrorOf = Pick<SourceProject, 'id' | 'remoteUrl'>;

const mirrorName = /^[0-9a-f]{32}$/;
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

  async of(project: MirrorOf): Promise<ProjectMirror> {
    const name = mirrorFolder(project);
    await this.ready();
    const mirror = this.#mirrors.get(name) ?? (await this.#make(name));
    this.#mirrors.delete(name);
    this.#mirrors.set(name, mirror);
    // The longest unused is forgotten, not closed: a build may still read from it; its process ends when idle.
    if (this.#mirrors.size > maxInMemory) this.#mirrors.delete(this.#mirrors.keys().next().value!);
    return mirror;
  }

  /** All mirrors of a project, each once nobody uses it. */
  async remove(projectId: string): Promise<void> {
    const id = checkProjectId(projectId);
    await this.ready();
    const folder = join(this.#settings.mirrorRoot, id);
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((name) => mirrorName.test(name))) await this.#remove(join(id, name));
    await rm(folder, { recursive: true, force: true });
  }

  async #make(name: string): Promise<ProjectMirror> {
    const { mirrorRoot, git, limits, idleMs } = this.#settings;
    const folder = join(mirrorRoot, name);
    const projectFolder = dirname(folder);
    for (const former of formerNames) await rm(join(projectFolder, former), { recursive: true, force: true });
    const mirror = new ProjectMirror({ git, folder, projectFolder, limits, idleMs });
    // Somebody else may have made it meanwhile, and what is made is shared.
    const known = this.#mirrors.get(name) ?? mirror;
    this.#mirrors.set(name, known);
    return known;
  }

  async #remove(name: string): Promise<void> {
    const mirror = this.#mirrors.get(name) ?? (await this.#make(name));
    await mirror.exclusively(undefined, async () => {
      this.#mirrors.delete(name);
      await mirror.close();
      const grave = join(this.#settings.mirrorRoot, `.removed-${randomUUID()}`);
      await rename(join(this.#settings.mirrorRoot, name), grave);
      await rm(grave, { recursive: true, force: true });
    });
  }

  async close(): Promise<void> {
    const mirrors = [...this.#mirrors.values()];
    this.#mirrors.clear();
    await Promise.all(mirrors.map((mirror) => mirror.close()));
  }
}
