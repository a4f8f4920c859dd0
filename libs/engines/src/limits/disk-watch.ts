import { readFileSync } from 'node:fs';
import { BuildFailure } from '@cooperage/domain';
import type { GroupLease } from '../cgroup/step-groups.js';
import { diskUse, namelessUse } from './disk-use.js';
import { type WrittenFolder, writtenFolders } from './mounts.js';

/** Milliseconds between two looks; more where a look takes long, so that looking never costs a tenth of the time. */
const paceMs = 500;
const restPerLook = 10;

export interface DiskProbe {
  /** Folders into which a process writes; null when that is not settled yet. */
  folders(pid: number): WrittenFolder[] | null;
  use(folders: readonly string[]): Promise<Map<string, number>>;
  /** Bytes in files that have no name any more and that these processes hold open. */
  nameless(pids: readonly number[]): number;
}

const kernel: DiskProbe = {
  folders: (pid) => writtenFolders(read(`/proc/${pid}/mountinfo`), read('/proc/self/mountinfo')),
  use: diskUse,
  nameless: namelessUse,
};

/**
 * Ends a build whose steps write more than they may. It looks at the layers that its processes write and at what else is
 * mounted into them, since quotas of the file system are seldom to be had. Builds that share a group count together.
 */
export class DiskWatch {
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  /** First and last size of each folder; what lay in a mounted one before is not the build's. */
  private readonly sizes = new Map<string, { readonly first: number; last: number }>();
  /** Folders of each process that runs. */
  private readonly byProcess = new Map<number, readonly WrittenFolder[]>();
  /** Folders that may still grow. */
  private readonly folders = new Map<string, WrittenFolder>();

  constructor(
    private readonly group: GroupLease | undefined,
    private readonly limitBytes: number | undefined,
    private readonly probe: DiskProbe = kernel,
  ) {
    if (group && limitBytes !== undefined) this.after(paceMs);
  }

  /** Aborts with a `BuildFailure`, `DiskLimit`. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** What it aborted with. */
  get failure(): BuildFailure | null {
    return this.stopping.signal.aborted ? this.stopping.signal.reason : null;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private after(ms: number): void {
    this.timer = setTimeout(() => void this.look(), ms).unref();
  }

  private async look(): Promise<void> {
    const begun = performance.now();
    const pids = this.group!.processes();
    this.findFolders(pids);
    for (const [path, bytes] of await this.probe.use([...this.folders.keys()])) this.note(path, bytes);
    this.leaveEnded();
    if (this.timer === undefined) return;
    const written = this.kept() + this.probe.nameless(pids);
    if (written > this.limitBytes!) this.stopping.abort(tooMuch(this.limitBytes!));
    else this.after(Math.max(paceMs, (performance.now() - begun) * restPerLook));
  }

  /** The mounts of a process do not change, and most processes of a step have those of its first one. */
  private findFolders(pids: readonly number[]): void {
    const running = new Set(pids);
    for (const pid of this.byProcess.keys()) if (!running.has(pid)) this.byProcess.delete(pid);
    for (const pid of pids) {
      const folders = this.byProcess.has(pid) ? null : this.probe.folders(pid);
      if (!folders) continue;
      this.byProcess.set(pid, folders);
      for (const folder of folders) this.folders.set(folder.path, folder);
    }
  }

  /** What no process of this look wrote to has just been seen whole: it is not walked through again. */
  private leaveEnded(): void {
    const open = new Set([...this.byProcess.values()].flat().map(({ path }) => path));
    for (const path of this.folders.keys()) if (!open.has(path)) this.folders.delete(path);
  }

  private note(path: string, bytes: number): void {
    const size = this.sizes.get(path);
    if (size) size.last = Math.max(size.last, bytes);
    else this.sizes.set(path, { first: this.folders.get(path)?.isLayer ? 0 : bytes, last: bytes });
  }

  private kept(): number {
    return [...this.sizes.values()].reduce((sum, { first, last }) => sum + last - first, 0);
  }
}

function tooMuch(limitBytes: number): BuildFailure {
  const mebibytes = Math.round(limitBytes / 1_048_576).toLocaleString('en');
  return new BuildFailure('DiskLimit', `The steps of the build wrote more than ${mebibytes} MiB to the disk.`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
