import type { DrainRepository, WorkerName } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';

/** What stops and starts with it: the receivers of jobs. */
export interface Pausable {
  pause(): Promise<void>;
  resume(): void;
}

/** Whether this worker takes builds, as an administrator wants it. What is under way is not touched. */
export class Drain {
  private draining = false;
  private readonly receivers: Pausable[] = [];

  constructor(
    private readonly drains: Pick<DrainRepository, 'isDraining'>,
    private readonly worker: WorkerName,
    private readonly logger: Logger,
  ) {}

  get isOn(): boolean {
    return this.draining;
  }

  /** From now on these stop while it is on. */
  async watch(receivers: readonly Pausable[]): Promise<void> {
    this.receivers.push(...receivers);
    if (this.draining) await Promise.all(receivers.map((receiver) => receiver.pause()));
  }

  /** Asks the database; while that is away, what was known last holds. @throws what the database throws */
  async look(): Promise<boolean> {
    const wanted = await this.drains.isDraining(this.worker);
    if (wanted === this.draining) return wanted;
    this.draining = wanted;
    this.logger.info(
      { workerName: this.worker.name },
      wanted ? 'draining: no further build is taken' : 'taking builds again',
    );
    if (wanted) await Promise.all(this.receivers.map((receiver) => receiver.pause()));
    else for (const receiver of this.receivers) receiver.resume();
    return wanted;
  }
}
