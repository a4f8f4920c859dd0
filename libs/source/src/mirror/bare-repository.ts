import { randomUUID } from 'node:crypto';
import { access, lstat, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitCommand } from '../git/git-command.js';
import { cleanRepository, wholeSettings } from './repository-files.js';
import { folderBytes } from './stored-mirrors.js';

/** Git's own name of the file. https://git-scm.com/docs/shallow */
export const shallowFile = 'shallow';

/** Where a fetched commit is kept by a ref of ours; never a name that a stranger chose. */
export function keptRef(commit: string): string {
  return `refs/commits/${commit}`;
}

/** A bare repository that only this service writes: no hooks, no templates, no configuration of strangers. */
export class BareRepository {
  readonly path: string;
  readonly #git: GitCommand;
  readonly #settings: string;
  #isThere = false;

  /** @param settings text of git's `config` */
  constructor(git: GitCommand, path: string, settings = wholeSettings) {
    this.#git = git;
    this.#settings = settings;
    this.path = path;
  }

  /** Makes the repository if it is not there. It appears whole or not at all. */
  async ensure(): Promise<void> {
    if (this.#isThere) return;
    if (!(await isThere(join(this.path, 'HEAD')))) await this.#create();
    this.#isThere = true;
  }

  /**
   * Takes over what lies there, before any git reads it: somebody else may have written settings that git would obey (R24D-1). What cannot be
   * cleaned is thrown away.
   * @throws {Error} where that fails too
   */
  async takeOver(): Promise<void> {
    try {
      await cleanRepository(this.path, this.#settings);
    } catch (error) {
      await this.remove().catch(() => {});
      const isLeft = await lstat(this.path).then(
        () => true,
        () => false,
      );
      if (isLeft) throw error;
    }
  }

  /** Whether that commit was fetched whole. */
  async has(commit: string): Promise<boolean> {
    return isThere(join(this.path, keptRef(commit)));
  }

  /** Removes what a killed git leaves behind. Only while the lock is held and no git writes here. */
  async sweep(): Promise<void> {
    const leftovers: [string, RegExp][] = [
      ['.', /\.lock$/],
      ['refs/commits', /\.lock$/],
      ['objects', /^(?:tmp_|incoming)/],
      ['objects/pack', /^(?:tmp_|\.tmp)|\.keep$/],
    ];
    for (const [folder, pattern] of leftovers) await removeMatching(join(this.path, folder), pattern);
  }

  /** Bytes of all that was fetched. */
  packBytes(): Promise<number> {
    return folderBytes(join(this.path, 'objects', 'pack'));
  }

  /** Bytes of git's list of shallow commits, behind which nothing was fetched. The git host says how long it is. */
  shallowBytes(): Promise<number> {
    return shallowBytes(this.path);
  }

  async remove(): Promise<void> {
    this.#isThere = false;
    const grave = `${this.path}.${randomUUID()}.removed`;
    await rename(this.path, grave).catch(() => {});
    await rm(grave, { recursive: true, force: true });
  }

  async #create(): Promise<void> {
    const draft = `${this.path}.${randomUUID()}.draft`;
    await mkdir(draft, { recursive: true, mode: 0o700 });
    try {
      await this.#git.run({ args: ['init', '--quiet', '--bare', '--template='], gitDir: draft });
      await writeFile(join(draft, 'config'), this.#settings);
      await rename(draft, this.path).catch(async (error: unknown) => {
        if (!(await isThere(join(this.path, 'HEAD')))) throw error;
      });
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
}

/** As `BareRepository.shallowBytes`. */
export async function shallowBytes(gitDir: string): Promise<number> {
  return stat(join(gitDir, shallowFile)).then(
    ({ size }) => size,
    () => 0,
  );
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function removeMatching(folder: string, pattern: RegExp): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const matching = names.filter((name) => pattern.test(name));
  await Promise.all(matching.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
