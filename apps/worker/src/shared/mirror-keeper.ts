import type { Source, SourceProject } from '@cooperage/source';
import type { Logger } from '@cooperage/telemetry';

/** Long enough for a build's own next steps to be over. */
const quietMs = 30_000;
/** A mirror that was looked after is left alone for this long. */
const restMs = 10 * 60_000;

/** Keeps the mirrors of this process small: off the way of builds, one at a time, and never one that is in use here. */
export class MirrorKeeper {
  private readonly inUse = new Map<string, number>();
  private readonly due = new Map<string, SourceProject>();
  private readonly restsUntil = new Map<string, number>();
  private readonly stop = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private tidying: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: Pick<Source, 'tidy'>,
    private readonly logger: Logger,
  ) {}

  /** Runs `work`, which reads from the project's mirror, and sees to the mirror some time after. */
  async using<T>({ id, remoteUrl }: SourceProject, work: () => Promise<T>): Promise<T> {
    this.inUse.set(id, (this.inUse.get(id) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = this.inUse.get(id)! - 1;
      if (left > 0) this.inUse.set(id, left);
      else this.inUse.delete(id);
      this.due.set(id, { id, remoteUrl });
      this.timer ??= setTimeout(() => this.begin(), quietMs).unref();
    }
  }

  /** Ids of the projects whose mirrors are in use. */
  used(): string[] {
    return [...this.inUse.keys()];
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    this.stop.abort();
    await this.tidying;
  }

  private begin(): void {
    this.timer = undefined;
    this.tidying = this.tidying.then(() => this.tidyDue());
  }

  private async tidyDue(): Promise<void> {
    const now = performance.now();
    for (const [id, until] of this.restsUntil) if (until < now) this.restsUntil.delete(id);
    const projects = [...this.due.values()];
    this.due.clear();
    for (const project of projects)
      if (!this.stop.signal.aborted && !this.inUse.has(project.id) && !this.restsUntil.has(project.id))
        await this.tidy(project);
  }

  private async tidy(project: SourceProject): Promise<void> {
    this.restsUntil.set(project.id, performance.now() + restMs);
    try {
      await this.source.tidy(project, this.stop.signal);
    } catch (error) {
      if (!this.stop.signal.aborted)
        this.logger.warn({ err: error, projectId: project.id }, 'a mirror could not be tidied');
    }
  }
}
