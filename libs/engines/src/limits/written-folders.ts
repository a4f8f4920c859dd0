import { createReadStream, readlinkSync } from 'node:fs';
import type { Look } from './look.js';
import { MountTable, mountOf, type WrittenFolder, writtenFolders } from './mounts.js';

/** The folders into which the processes of a build write. Processes that see the same mounts are looked at once. */
export class WrittenFolders {
  /** What each process that runs sees, see `spaceOf`. */
  private readonly spaces = new Map<number, string>();
  private readonly bySpace = new Map<string, readonly WrittenFolder[]>();

  /** @param proc where `/proc` is mounted */
  constructor(private readonly proc = '/proc') {}

  /**
   * Folders that may grow now, by path. The mounts of a process do not change once it is contained.
   * @throws {BuildFailure} `DiskLimit` when there are too many mounts
   */
  async of(pids: readonly number[], look: Look): Promise<Map<string, WrittenFolder>> {
    this.forgetEnded(new Set(pids));
    let ours: MountTable | undefined;
    for (const pid of pids) {
      await look.take();
      if (this.spaces.has(pid)) continue;
      const space = this.spaceOf(pid);
      if (!this.bySpace.has(space)) {
        ours ??= await this.mounts('self', look);
        const folders = await writtenFolders(await this.mounts(pid, look), ours, look);
        // It is not contained yet: the next look sees where it writes.
        if (folders === null) continue;
        this.bySpace.set(space, folders);
      }
      this.spaces.set(pid, space);
    }
    return this.known(look);
  }

  private forgetEnded(running: ReadonlySet<number>): void {
    for (const pid of this.spaces.keys()) if (!running.has(pid)) this.spaces.delete(pid);
    const seen = new Set(this.spaces.values());
    for (const space of this.bySpace.keys()) if (!seen.has(space)) this.bySpace.delete(space);
  }

  private async known(look: Look): Promise<Map<string, WrittenFolder>> {
    const all = new Map<string, WrittenFolder>();
    for (const folders of this.bySpace.values()) {
      await look.take(folders.length);
      for (const folder of folders) all.set(folder.path, folder);
    }
    return all;
  }

  /** Processes with the same namespace and the same root see the same mounts. */
  private spaceOf(pid: number): string {
    try {
      return `${readlinkSync(`${this.proc}/${pid}/ns/mnt`)} ${readlinkSync(`${this.proc}/${pid}/root`)}`;
    } catch {
      return `process ${pid}`;
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
