import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ContentStore, contentStoreName, type StoredCache } from '@cooperage/buildkit';
import { cachesToDrop, isLocalCacheName, type StoredCacheUse } from '@cooperage/domain';
import { CacheSums, cacheNames } from './cache-sums.js';
import { BrokenLayout, collect, KnownBlobs, readLayout, TooManyBlobs, touch, writeIndex } from './layout.js';
import { LayoutStore, type Room } from './layout-store.js';

const binPrefix = '.gone-';

/** What caches may have besides bytes: each file needs an inode, and some time of whoever goes through them. */
export interface CacheFileLimits {
  /** Of one cache, as of one in a registry. */
  readonly blobs: number;
  /** Files and folders of all caches together. */
  readonly files: number;
}

const defaultFileLimits: CacheFileLimits = { blobs: 10_000, files: 200_000 };

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
  /** Where it needed more than there is room for: a sentence that says so. */
  tooLarge(): string | null;
  /**
   * It is read from now on, in place of what was there. @returns bytes of all that it needs
   * @throws {BrokenLayout} also where it has more blobs than a cache may
   */
  publish(digest: string): Promise<number>;
  release(): Promise<void>;
}

/**
 * Caches on the disk of this worker, an OCI layout each. One process has a root for itself: nobody else may change what a
 * build reads while it does.
 */
export class LocalCaches {
  private readonly known = new KnownBlobs();
  private readonly sums: CacheSums;
  /** How many read or write a cache now. */
  private readonly holds = new Map<string, number>();
  /** What is left to those that are written now, by its object. */
  private readonly rooms = new Map<Room, string>();

  constructor(
    private readonly root: string,
    /** Bytes of all caches together, and of what one build may write. A file counts as a block more than its content. */
    private readonly budgetBytes: number,
    private readonly most = defaultFileLimits,
  ) {
    this.sums = new CacheSums(root);
  }

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
        this.sums.used(name);
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
    const room: Room = { bytes: this.budgetBytes, blobs: this.most.blobs, exceeded: null };
    this.rooms.set(room, name);
    return {
      store,
      stores: new Map([[contentStoreName(store), new LayoutStore(folder, this.known, room)]]),
      tooLarge: () => room.exceeded && this.words(room.exceeded),
      publish: async (digest) => {
        try {
          return await writeIndex(folder, digest, this.known, this.most.blobs);
        } catch (error) {
          if (error instanceof TooManyBlobs) room.exceeded = 'blobs';
          throw error;
        }
      },
      release: async () => {
        this.rooms.delete(room);
        this.hold(name, -1);
        this.sums.changed(name);
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
    const names: string[] = [];
    for await (const name of cacheNames(this.root, [projectId])) names.push(name);
    return names;
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
    this.known.forgetBelow(join(this.root, projectId));
    this.sums.forgetProject(projectId);
    await this.empty();
  }

  /** Removes what was longest unused until the rest fits the budget. */
  async makeRoom(): Promise<void> {
    const room = { bytes: this.budgetBytes, files: this.most.files };
    for (const name of cachesToDrop(await this.uses(), room)) if (!this.holds.has(name)) this.discard(name);
    await this.empty();
  }

  /** Leaves a cache that nobody holds with what it needs; a broken one with nothing. */
  private tidy(name: string): void {
    try {
      collect(join(this.root, name), this.bin(), this.known);
    } catch {
      this.discard(name);
    }
  }

  private async uses(): Promise<StoredCacheUse[]> {
    const sums = await this.sums.read();
    const uses = [...sums].map(([name, sum]) => ({ name, ...sum, held: this.holds.has(name) }));
    // Its files are summed up when it is written. Until then it has what is missing in its room.
    for (const [{ bytes, blobs }, name] of this.rooms)
      uses.push({
        ...{ name, bytes: this.budgetBytes - bytes, files: this.most.blobs - blobs },
        ...{ usedAt: Date.now(), held: true },
      });
    return uses;
  }

  private words(exceeded: 'bytes' | 'blobs'): string {
    if (exceeded === 'bytes') return 'The cache is larger than the room that this worker has for local caches.';
    const most = this.most.blobs.toLocaleString('en');
    return `The cache has more than ${most} layers, and a worker keeps no more of one. Mode min keeps fewer.`;
  }

  /** It vanishes at once, before anybody else can hold it: a build finds all of it or nothing. */
  private discard(name: string): void {
    const folder = join(this.root, name);
    this.known.forget(folder);
    this.sums.forget(name);
    try {
      renameSync(folder, join(this.bin(), 'cache'));
      for (let at = dirname(folder); at.startsWith(`${this.root}/`); at = dirname(at)) rmdirSync(at);
    } catch {
      // It is not there, or it could not be moved: the next look decides. A folder with other caches in it stays.
      this.sums.changed(name);
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
