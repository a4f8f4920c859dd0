import { createReadStream, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { Look } from './look.js';
import { layerOn, MountTable, mountOf, type WrittenFolder, writtenFolders } from './mounts.js';

/** The folders into which the processes of a build write. Processes that see the same mounts are looked at once. */
export class WrittenFolders {
  /** What each process that runs sees, see `spaceOf`. */
  private readonly spaces = new Map<number, Space>();
  private readonly bySpace = new Map<string, readonly WrittenFolder[]>();
  /** Of whole roots, and by the namespace of mounts. */
  private readonly roots = new Map<string, readonly WrittenFolder[]>();
  private hidden = 0;

  /** @param proc where `/proc` is mounted */
  constructor(private readonly proc = '/proc') {}

  /** Whether the last look met a process of which nobody can say where it writes. */
  get isBlind(): boolean {
    return this.hidden > 0;
  }

  /**
   * Folders that may grow now, by path. The mounts of a process do not change once it is contained.
   * @throws {BuildFailure} `DiskLimit` when there are too many mounts
   */
  async of(pids: readonly number[], look: Look): Promise<Map<string, WrittenFolder>> {
    this.forgetEnded(new Set(pids));
    const tables = new Tables((pid) => this.mounts(pid, look));
    const partial: [number, Space][] = [];
    for (const pid of pids) {
      await look.take();
      if (this.spaces.has(pid)) continue;
      const space = this.spaceOf(pid);
      if (space.isPartial) partial.push([pid, space]);
      if (!this.bySpace.has(space.id)) {
        const folders = await writtenFolders(await tables.of(pid), await tables.of('self'), look);
        // It is not contained yet: the next look sees where it writes.
        if (folders === null) continue;
        this.bySpace.set(space.id, space.isPartial ? folders.map(asMounted) : folders);
        if (!space.isPartial) this.roots.set(space.mounts, folders);
      }
      this.spaces.set(pid, space);
    }
    this.hidden = 0;
    for (const [pid, space] of partial) await this.settlePartial(pid, space, tables);
    return this.known(look);
  }

  /**
   * In a changed root the kernel shows only what is mounted within, of a plain folder nothing (R22B-3). What the process has open, and its
   * own layer, lie in the root that it had: that of another process with the same mounts, or the one that its parent, the runtime, has mounted.
   */
  private async settlePartial(pid: number, space: Space, tables: Tables): Promise<void> {
    const parent = parentOf(this.proc, pid);
    // It has ended.
    if (parent === null) return;
    if (!this.roots.has(space.mounts)) {
      const layer = layerOn(await tables.of(parent), deviceOf(`${this.proc}/${pid}/root`));
      if (layer) this.roots.set(space.mounts, [layer]);
    }
    if (this.roots.has(space.mounts)) this.spaces.set(pid, space);
    else {
      this.hidden++;
      // Asked again: another process may show it.
      this.spaces.delete(pid);
    }
  }

  private forgetEnded(running: ReadonlySet<number>): void {
    for (const pid of this.spaces.keys()) if (!running.has(pid)) this.spaces.delete(pid);
    const seen = [...this.spaces.values()];
    keepOnly(this.bySpace, new Set(seen.map(({ id }) => id)));
    keepOnly(this.roots, new Set(seen.map(({ mounts }) => mounts)));
  }

  private async known(look: Look): Promise<Map<string, WrittenFolder>> {
    const all = new Map<string, WrittenFolder>();
    for (const folders of [...this.bySpace.values(), ...this.roots.values()]) {
      await look.take(folders.length);
      for (const folder of folders) all.set(folder.path, folder);
    }
    return all;
  }

  /** Processes with the same namespace and the same root see the same mounts. */
  private spaceOf(pid: number): Space {
    const ofProcess = `process ${pid}`;
    try {
      const mounts = readlinkSync(`${this.proc}/${pid}/ns/mnt`);
      const root = rootOf(`${this.proc}/${pid}/root`) ?? ofProcess;
      return { id: `${mounts} ${root}`, mounts, isPartial: root !== '/' };
    } catch {
      return { id: ofProcess, mounts: ofProcess, isPartial: false };
    }
  }

  /** None of a process that has ended. */
  private async mounts(pid: number | 'self', look: Look): Promise<MountTable> {
    const table = new MountTable();
    let rest = '';
    try {
      for await (const text of createReadStream(`${this.proc}/${pid}/mountinfo`, 'utf8')) {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const turn = look.take();
          if (turn) await turn;
          table.add(mountOf(line));
        }
      }
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
    }
    return table;
  }
}

interface Space {
  readonly id: string;
  /** The namespace. */
  readonly mounts: string;
  /** Whether its root is not the one of its namespace. */
  readonly isPartial: boolean;
}

/** Each is read once in a look. */
class Tables {
  private readonly read = new Map<number | 'self', Promise<MountTable>>();

  constructor(private readonly mounts: (pid: number | 'self') => Promise<MountTable>) {}

  of(pid: number | 'self'): Promise<MountTable> {
    const table = this.read.get(pid) ?? this.mounts(pid);
    this.read.set(pid, table);
    return table;
  }
}

/** What is the root within another one may have held something before. */
function asMounted({ path }: WrittenFolder): WrittenFolder {
  return { path, isLayer: false };
}

/** Null for one that is deeper than a path is long. */
function rootOf(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG') return null;
    throw error;
  }
}

function keepOnly(map: Map<string, unknown>, keys: ReadonlySet<string>): void {
  for (const key of map.keys()) if (!keys.has(key)) map.delete(key);
}

/** Null for a process that has ended. */
function parentOf(proc: string, pid: number): number | null {
  try {
    const parent = /^PPid:\s*(\d+)$/m.exec(readFileSync(`${proc}/${pid}/status`, 'utf8'))?.[1];
    return parent === undefined ? null : Number(parent);
  } catch {
    return null;
  }
}

/** As the kernel writes it in a table of mounts; null for a process that has ended. */
function deviceOf(folder: string): string | null {
  try {
    const { dev } = statSync(folder);
    // makedev(3).
    const major = Math.floor(dev / 256) % 4096;
    const minor = (dev % 256) + (Math.floor(dev / 2 ** 20) % 4096) * 256;
    return `${major}:${minor}`;
  } catch {
    return null;
  }
}
