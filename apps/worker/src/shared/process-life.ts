import type { ProcessInfo, ProcessRepository, ProcessRole } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { ownIdentity } from './process-identity.js';

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
  private readonly identity = ownIdentity();
  private closed = false;
  private note: string | null = null;
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> = Promise.resolve();

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
    this.id = await this.processes.start(role, name, await this.info(), instanceId ?? undefined);
    this.schedule();
  }

  /** Says that this process has ended: only when nothing of it is under way any more. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    // A beat behind the end would take the end for somebody else's word.
    await this.beating;
    if (this.id) await this.processes.end(this.id, 'exited');
  }

  /** This process lives on for a while, but takes nothing more: `note` says why. */
  takeLeave(note: string): Promise<void> {
    this.note = note;
    return this.beat();
  }

  /** Tells the database at once what this process is like now. */
  beat(): Promise<void> {
    this.beating = this.beating.then(() => (this.closed ? undefined : this.tell()));
    return this.beating;
  }

  private async tell(): Promise<void> {
    try {
      const alive = await this.processes.heartbeat(this.id, await this.info());
      if (!alive && !this.closed) this.options.onDisowned();
    } catch (error) {
      this.logger.warn({ err: error }, 'no heartbeat: the database does not answer');
    }
  }

  private async info(): Promise<ProcessInfo> {
    const info = { ...this.identity, ...(await this.options.info()) };
    return this.note === null ? info : { ...info, note: this.note };
  }

  private schedule(): void {
    if (this.closed) return;
    const beat = () => void this.beat().finally(() => this.schedule());
    this.timer = setTimeout(beat, this.options.heartbeatMs).unref();
  }
}
