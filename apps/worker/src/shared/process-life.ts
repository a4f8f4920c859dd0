import { type ProcessInfo, type ProcessRepository, type ProcessRole } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';

export interface ProcessLifeOptions {
  readonly role: ProcessRole;
  readonly name: string;
  /** Given by the supervisor, so that it can note the death of exactly this process. */
  readonly instanceId: string | null;
  readonly heartbeatMs: number;
  readonly info: () => Promise<ProcessInfo>;
  /** Called when the database says that this process was taken for dead: it must let go of everything. */
  readonly onDisowned: () => void;
}

/** The row of this process in the database, and its heartbeat. */
export class ProcessLife {
  private id = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly processes: ProcessRepository,
    private readonly logger: Logger,
    private readonly options: ProcessLifeOptions,
  ) {}

  /** Id of this process; only after `start`. */
  get instanceId(): string {
    if (!this.id) throw new Error('the process has not started');
    return this.id;
  }

  async start(): Promise<void> {
    const { role, name, instanceId } = this.options;
    this.id = await this.processes.start(role, name, await this.options.info(), instanceId ?? undefined);
    this.schedule();
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    if (this.id) await this.processes.end(this.id, 'exited');
  }

  /** Tells the database at once what this process is like now. */
  async beat(): Promise<void> {
    try {
      const alive = await this.processes.heartbeat(this.id, await this.options.info());
      if (!alive) this.options.onDisowned();
    } catch (error) {
      this.logger.warn({ err: error }, 'no heartbeat: the database does not answer');
    }
  }

  private schedule(): void {
    this.timer = setTimeout(() => void this.beat().finally(() => this.schedule()), this.options.heartbeatMs).unref();
  }
}
