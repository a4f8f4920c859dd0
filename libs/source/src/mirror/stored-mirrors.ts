import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceProject } from '../source-project.js';

/** A mirror on the disk of this process. */
export interface StoredMirror {
  /** Below the root: the project's id, and one name for each of its addresses. */
  readonly name: string;
  readonly bytes: number;
  /** When a process last used it, milliseconds since 1970; half a minute late at most. */
  readonly usedAtMs: number;
}

/** A project of which something lies there, mirrors or only what is known of hosts. */
export interface StoredProject extends Pick<SourceProject, 'id'> {
  readonly mirrors: readonly StoredMirror[];
}

/** A mirror that nobody has used for so long is not written any more: its size is known. */
const settledMs = 15 * 60_000;
const gravePrefix = '.removed-';
const mirrorName = /^[0-9a-f]{32}$/;
/** A UUID, as all projects have. Any other folder is not ours: `lost+found` of a disk, or what a person has put there. */
const projectName = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Looks at what lies in a root of mirrors. */
export class StoredMirrors {
  private readonly sizes = new Map<string, { readonly usedAtMs: number; readonly bytes: number }>();

  constructor(private readonly root: string) {}

  /** Names of the mirrors of a project, below the root. */
  async namesOf(projectId: string): Promise<string[]> {
    const names = await readdir(join(this.root, projectId)).catch(() => []);
    return names.filter((name) => mirrorName.test(name)).map((name) => join(projectId, name));
  }

  /** What a process left half removed is removed. Folders that are not named by a UUID are left alone and not listed. */
  async list(): Promise<StoredProject[]> {
    const entries = await readdir(this.root, { withFileTypes: true });
    const projects: StoredProject[] = [];
    for (const { name } of entries.filter((entry) => entry.isDirectory())) {
      if (name.startsWith(gravePrefix)) await rm(join(this.root, name), { recursive: true, force: true });
      if (!projectName.test(name)) continue;
      const mirrors: StoredMirror[] = [];
      for (const mirror of await this.namesOf(name)) {
        const usedAtMs = await this.usedAt(mirror);
        if (usedAtMs !== null) mirrors.push({ name: mirror, usedAtMs, bytes: await this.bytesOf(mirror, usedAtMs) });
      }
      projects.push({ id: name, mirrors });
    }
    const there = new Set(projects.flatMap(({ mirrors }) => mirrors.map(({ name }) => name)));
    for (const name of this.sizes.keys()) if (!there.has(name)) this.sizes.delete(name);
    return projects;
  }

  /** Null where it is gone. */
  async usedAt(name: string): Promise<number | null> {
    return stat(join(this.root, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    );
  }

  /** A folder to which a mirror is moved that is to be removed. */
  grave(id: string): string {
    return join(this.root, `${gravePrefix}${id}`);
  }

  private async bytesOf(name: string, usedAtMs: number): Promise<number> {
    const known = this.sizes.get(name);
    if (known?.usedAtMs === usedAtMs) return known.bytes;
    const bytes = await folderBytes(join(this.root, name));
    if (Date.now() - usedAtMs > settledMs) this.sizes.set(name, { usedAtMs, bytes });
    return bytes;
  }
}

/** Of all files in it; 0 where there is none. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries)
    if (entry.isFile())
      bytes += await stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      );
  return bytes;
}
