import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ContentStore, contentStoreName, type StoredCache } from '@cooperage/buildkit';
import { cachesToDrop, isLocalCacheName, type StoredCacheUse } from '@cooperage/domain';
import { BrokenLayout, collect, KnownBlobs, readLayout, touch, writeIndex } from './layout.js';
import { LayoutStore } from './layout-store.js';

const binPrefix = '.gone-';
/** Project, zone, ref and platform. */
const nameParts = 4;

/** Caches that a build may read, for as long as they are held. */
export interface OpenedCaches {
  readonly imports: readonly StoredCache[];
  /** The one of them, as it is named on the disk; null where there is none. */
  readonly opened: { readonly name: string; readonly digest: string } | null;
  /** By the name that an engine calls them by. */
  readonly stores: ReadonlyMap<string, ContentStore>;
  /** What of them is broken, a sentence each. */
  readonly problems: readonly string[];
  release(): void;
}

/** A cache that is written now. */
export interface CacheUnderWay {
  /** Name of the store. */
  readonly store: string;
  readonly stores: ReadonlyMap<string, ContentStore>;
  /** It needed more than there is room for. */
  isTooLarge(): boolean;
  /** It is read from now on, in place of what was there. @returns bytes of all that it needs */
  publish(digest: string): Promise<number>;
  release(): Promise<void>;
}

/**
 * Caches on the disk of this worker, an OCI layout each. One process has a root for itself: nobody else may change what a
 * build reads while it does.
 */
export class LocalCaches {
  private readonly known = new KnownBlobs();
  /** How many read or write a cache now. */
  private readonly holds = new Map<string, number>();

  constructor(
    private readonly root: string,
    /** Bytes of all caches together, and of what one build may write. */
    private readonly budgetBytes: number,
  ) {}

  /**
   * Opens the first that is there: BuildKit misses steps where it is given two, see `readOf`. Never throws: a cache that cannot be
   * read is none.
   */
  async open(names: readonly string[]): Promise<OpenedCaches> {
    const imports: StoredCache[] = [];
    let opened: OpenedCaches['opened'] = null;
    const stores = new Map<string, ContentStore>();
    const problems: string[] = [];
    const held = new Set(names.filter(isLocalCacheName));
    for (const name of held) this.hold(name, 1);
    for (const [at, name] of [...held].entries()) {
      if (imports.length > 0) break;
      const folder = join(this.root, name);
      try {
        const digest = await readLayout(folder, this.known);
        if (digest === null) continue;
        const store = `read-${at}`;
        imports.push({ store, digest });
        opened = { name, digest };
        stores.set(contentStoreName(store), new LayoutStore(folder, this.known));
        await touch(folder);
      } catch (error) {
        problems.push(`A local cache of this worker was not read, and removed: ${wordsOf(error)}.`);
        held.delete(name);
        this.hold(name, -1);
        if (!this.holds.has(name)) this.discard(name);
      }
    }
    const release = () => {
      for (const name of held) this.hold(name, -1);
    };
    return { imports, opened, stores, problems, release };
  }

  /** @throws {TypeError} on a name that is none */
  write(name: string): CacheUnderWay {
    if (!isLocalCacheName(name)) throw new TypeError(`${name} is no local cache`);
    const folder = join(this.root, name);
    this.hold(name, 1);
    const store = 'write';
    const room = { bytes: this.budgetBytes, exceeded: false };
    return {
      store,
      stores: new Map([[contentStoreName(store), new LayoutStore(folder, this.known, room)]]),
      isTooLarge: () => room.exceeded,
      publish: (digest) => writeIndex(folder, digest, this.known),
      release: async () => {
        this.hold(name, -1);
        if (!this.holds.has(name)) this.tidy(name);
        await this.makeRoom();
      },
    };
  }

  /** Ids of the projects that have caches here. */
  async projects(): Promise<string[]> {
    return (await readdir(this.root).catch(() => [])).filter((name) => /^[0-9a-f-]{36}$/.test(name));
  }

  /** Names of the caches of a project. */
  async names(projectId: string): Promise<string[]> {
    let names = [projectId];
    for (let depth = 1; depth < nameParts; depth++) {
      const below = names.map(async (name) =>
        (await readdir(join(this.root, name)).catch(() => [])).map((each) => `${name}/${each}`),
      );
      names = (await Promise.all(below)).flat();
    }
    return names.filter(isLocalCacheName);
  }

  /** Removes caches that nobody reads or writes now. */
  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) if (isLocalCacheName(name) && !this.holds.has(name)) this.discard(name);
    await this.empty();
  }

  /** Removes all caches of a project that nobody reads any more. */
  async removeProject(projectId: string): Promise<void> {
    if ([...this.holds.keys()].some((name) => name.startsWith(`${projectId}/`))) return;
    this.discard(projectId);
    await this.empty();
  }

  /** Removes what was longest unused until the rest fits the budget. */
  async makeRoom(): Promise<void> {
    for (const name of cachesToDrop(await this.uses(), this.budgetBytes)) if (!this.holds.has(name)) this.discard(name);
    await this.empty();
  }

  /** Leaves a cache that nobody holds with what it needs; a broken one with nothing. */
  private tidy(name: string): void {
    try {
      collect(join(this.root, name), this.bin());
    } catch {
      this.discard(name);
    }
  }

  private async uses(): Promise<StoredCacheUse[]> {
    const uses: StoredCacheUse[] = [];
    const entries = await readdir(this.root, { recursive: true, withFileTypes: true }).catch(() => []);
    const bytes = new Map<string, number>();
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const name = path
        .slice(this.root.length + 1)
        .split('/')
        .slice(0, nameParts)
        .join('/');
      const found = await stat(path).catch(() => null);
      if (isLocalCacheName(name) && found) bytes.set(name, (bytes.get(name) ?? 0) + found.size);
    }
    for (const [name, size] of bytes) {
      const index = await stat(join(this.root, name, 'index.json')).catch(() => null);
      uses.push({ name, bytes: size, usedAt: index?.mtimeMs ?? 0, held: this.holds.has(name) });
    }
    return uses;
  }

  /** It vanishes at once, before anybody else can hold it: a build finds all of it or nothing. */
  private discard(name: string): void {
    const folder = join(this.root, name);
    this.known.forget(folder);
    try {
      renameSync(folder, join(this.bin(), 'cache'));
      for (let at = dirname(folder); at.startsWith(`${this.root}/`); at = dirname(at)) rmdirSync(at);
    } catch {
      // It is not there, or the next look comes upon it again; a folder with other caches in it stays.
    }
  }

  /** A new folder for what is to be removed. */
  private bin(): string {
    const folder = join(this.root, `${binPrefix}${randomUUID()}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** What a process before left in its bins goes too. */
  private async empty(): Promise<void> {
    const bins = (await readdir(this.root).catch(() => [])).filter((name) => name.startsWith(binPrefix));
    for (const name of bins) await rm(join(this.root, name), { recursive: true, force: true });
  }

  private hold(name: string, change: 1 | -1): void {
    const left = (this.holds.get(name) ?? 0) + change;
    if (left > 0) this.holds.set(name, left);
    else this.holds.delete(name);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof BrokenLayout ? error.message : 'its files cannot be read';
}
