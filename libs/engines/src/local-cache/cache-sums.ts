import { existsSync } from 'node:fs';
import { opendir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isLocalCacheName, type StoredCacheUse } from '@cooperage/domain';

/** What every name of a file or folder costs besides its content: a block of the usual file systems. */
export const entryBytes = 4096;
/** Files and folders of a cache besides its blobs. */
const ownEntries = 8;
/** Project, zone, ref and platform. */
const nameParts = 4;

/** Names of all caches in a root, or of those of a project. */
export async function* cacheNames(root: string, parts: readonly string[] = []): AsyncGenerator<string> {
  if (parts.length === nameParts) {
    const name = parts.join('/');
    if (isLocalCacheName(name)) yield name;
    return;
  }
  for (const part of await readdir(join(root, ...parts)).catch(() => []))
    if (!part.startsWith('.')) yield* cacheNames(root, [...parts, part]);
}

/**
 * What each cache of a root takes on the disk. All files are looked at once, later those of a cache that was written: a look at
 * all of them takes a minute where there are a million.
 */
export class CacheSums {
  private readonly sums = new Map<string, Omit<StoredCacheUse, 'name' | 'held'>>();
  private readonly unknown = new Set<string>();
  private all: Promise<void> | undefined;

  constructor(private readonly root: string) {}

  /** It was read. */
  used(name: string): void {
    const sum = this.sums.get(name);
    if (sum) this.sums.set(name, { ...sum, usedAt: Date.now() });
  }

  /** It may have other files than before. */
  changed(name: string): void {
    this.unknown.add(name);
  }

  forget(name: string): void {
    this.sums.delete(name);
    this.unknown.delete(name);
  }

  forgetProject(id: string): void {
    for (const name of [...this.sums.keys(), ...this.unknown]) if (name.startsWith(`${id}/`)) this.forget(name);
  }

  async read(): Promise<ReadonlyMap<string, Omit<StoredCacheUse, 'name' | 'held'>>> {
    this.all ??= this.measureAll();
    await this.all;
    for (const name of this.unknown) {
      this.unknown.delete(name);
      await this.measure(name);
    }
    return this.sums;
  }

  private async measureAll(): Promise<void> {
    for await (const name of cacheNames(this.root)) await this.measure(name);
  }

  private async measure(name: string): Promise<void> {
    const folder = join(this.root, name);
    const sum = await sumOf(folder);
    // It may have been removed meanwhile.
    if (existsSync(folder)) this.sums.set(name, sum);
    else this.sums.delete(name);
  }
}

async function sumOf(folder: string): Promise<Omit<StoredCacheUse, 'name' | 'held'>> {
  let [bytes, files] = [0, ownEntries];
  for (const part of ['blobs/sha256', 'ingest'])
    try {
      for await (const { name } of await opendir(join(folder, part))) {
        bytes += (await stat(join(folder, part, name))).size;
        files++;
      }
    } catch {
      // It has none, or it is being removed.
    }
  const index = await stat(join(folder, 'index.json')).catch(() => null);
  return { bytes: bytes + files * entryBytes, files, usedAt: index?.mtimeMs ?? 0 };
}
