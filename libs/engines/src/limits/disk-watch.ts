import { BuildFailure } from '@cooperage/domain';
import type { WrittenBytes } from '../build-request.js';
import type { GroupLease } from '../cgroup/step-groups.js';
import type { EngineEvent } from '../engine.js';
import { diskUse } from './disk-use.js';
import { Look } from './look.js';
import type { WrittenFolder } from './mounts.js';
import { namelessUse } from './nameless-use.js';
import { WrittenFolders } from './written-folders.js';

/** Milliseconds between two looks; more where a look takes long, so that looking costs little. */
const paceMs = 500;
const restPerLook = 10;
/** What is written in between is seen late. */
const mostRestMs = 10_000;
/** A look that takes longer is overdue. Until it ends the steps do not go on, and leave it the processors. */
const overdueMs = 5_000;
/** Where processes are in another process namespace, as in Docker Compose, none is ever seen of steps that run: what they write is not known. */
const looksToStart = 2;

/** A step that has processes of its own, by its name. */
const runs = /^(?:\[[^\]]*\d+\/\d+\] )?RUN /;

export interface DiskProbe {
  /** Folders into which these processes write, by path; later for a process of which that is not settled yet. */
  folders(pids: readonly number[], look: Look): Promise<ReadonlyMap<string, WrittenFolder>>;
  /** Whether there was a process of which that will not be known. */
  readonly isBlind?: boolean;
  use(folders: readonly string[]): Promise<Map<string, number>>;
  /** Bytes in files that have no name any more and that these processes hold open. */
  nameless(pids: readonly number[], look: Look): Promise<number>;
}

function ofKernel(): DiskProbe {
  const written = new WrittenFolders();
  return {
    folders: (pids, look) => written.of(pids, look),
    get isBlind() {
      return written.isBlind;
    },
    use: diskUse,
    nameless: namelessUse,
  };
}

/**
 * Ends a build whose steps write more than they may. It looks at the layers that its processes write and at what else is
 * mounted into them, since quotas of the file system are seldom to be had. Builds that share a group count together.
 */
export class DiskWatch {
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  /** First and last size of each folder; what lay in a mounted one before is not the build's. */
  private readonly sizes = new Map<string, { readonly first: number; last: number }>();
  /** Folders that could still grow at the look before: what was written since is seen once more. */
  private before: ReadonlyMap<string, WrittenFolder> = new Map();
  private hasWarned = false;
  private held = false;
  /** Ids of those that run processes now. */
  private readonly running = new Set<string>();
  /** In a row, while steps ran of which no process was seen. */
  private hiddenLooks = 0;

  constructor(
    private readonly group: GroupLease | undefined,
    private readonly limitBytes: number | undefined,
    private readonly probe: DiskProbe = ofKernel(),
    private readonly noteWritten?: (bytes: WrittenBytes) => void,
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

  note(event: EngineEvent): void {
    if (event.type !== 'step' || !runs.test(event.step.name)) return;
    const { id, startedAt, completedAt, cached } = event.step;
    if (startedAt && !completedAt && !cached) this.running.add(id);
    else this.running.delete(id);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.hold(false);
  }

  private after(ms: number): void {
    this.timer = setTimeout(() => void this.look(), ms).unref();
  }

  private async look(): Promise<void> {
    const begun = performance.now();
    const overdue = setTimeout(() => this.beOverdue(), overdueMs).unref();
    try {
      const written = await this.written(new Look());
      this.noteWritten?.(this.isHidden || this.probe.isBlind ? 'hidden' : written);
      if (written > this.limitBytes!) this.end(tooMuch(this.limitBytes!));
    } catch (error) {
      if (error instanceof BuildFailure) this.end(error);
      else this.failed(error);
    } finally {
      clearTimeout(overdue);
      this.hold(false);
    }
    if (this.timer === undefined) return;
    const restMs = (performance.now() - begun) * restPerLook;
    this.after(Math.min(mostRestMs, Math.max(paceMs, restMs)));
  }

  private beOverdue(): void {
    if (this.timer === undefined) return;
    this.hold(true);
    this.noteWritten?.(null);
  }

  private hold(wanted: boolean): void {
    if (this.held === wanted) return;
    this.held = wanted;
    this.group?.hold('look', wanted);
  }

  /** A runtime takes its time to start a process, but not from one look to the next. */
  private get isHidden(): boolean {
    return this.hiddenLooks >= looksToStart;
  }

  private async written(look: Look): Promise<number> {
    const pids = this.group!.processes();
    this.hiddenLooks = pids.length === 0 && this.running.size > 0 ? this.hiddenLooks + 1 : 0;
    const now = await this.probe.folders(pids, look);
    const folders = new Map([...this.before, ...now]);
    this.before = folders;
    for (const [path, bytes] of await this.probe.use([...folders.keys()])) this.noteSize(path, bytes, folders);
    // What no process of this look wrote to has just been seen whole: it is not walked through again.
    this.before = now;
    return this.kept() + (await this.probe.nameless(pids, look));
  }

  private end(failure: BuildFailure): void {
    if (this.timer === undefined) return;
    this.stop();
    this.stopping.abort(failure);
  }

  /** What goes wrong in one look goes wrong in the next as well: it is said once. */
  private failed(error: unknown): void {
    this.noteWritten?.(null);
    if (!this.hasWarned) process.emitWarning(`A look at what a build writes to the disk failed: ${error}`);
    this.hasWarned = true;
  }

  private noteSize(path: string, bytes: number, folders: ReadonlyMap<string, WrittenFolder>): void {
    const size = this.sizes.get(path);
    if (size) size.last = Math.max(size.last, bytes);
    else this.sizes.set(path, { first: folders.get(path)?.isLayer ? 0 : bytes, last: bytes });
  }

  private kept(): number {
    return [...this.sizes.values()].reduce((sum, { first, last }) => sum + last - first, 0);
  }
}

function tooMuch(limitBytes: number): BuildFailure {
  const mebibytes = Math.round(limitBytes / 1_048_576).toLocaleString('en');
  return new BuildFailure('DiskLimit', `The steps of the build wrote more than ${mebibytes} MiB to the disk.`);
}
