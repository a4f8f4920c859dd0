import type { Logger } from '@cooperage/telemetry';

/**
 * Runs `work` when it is woken and, as a backup, every `intervalMs`. Never two at a time; a wake during a run leads to one
 * more run. An error is logged and waits out the interval, so a broken store is not hammered.
 */
export class WakeLoop {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isRunning = false;
  private wanted = false;
  private closed = false;

  constructor(
    private readonly name: string,
    private readonly intervalMs: number,
    private readonly logger: Logger,
    private readonly work: () => Promise<void>,
  ) {}

  start(): void {
    this.wake();
  }

  wake(): void {
    if (this.closed) return;
    this.wanted = true;
    // A flag and not the promise: a run may end before its promise is assigned (R-W1).
    if (!this.isRunning) this.running = this.run();
  }

  /** No run starts any more; resolves when the current one has ended. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    clearTimeout(this.timer);
    while (this.wanted && !this.closed) {
      this.wanted = false;
      try {
        await this.work();
      } catch (error) {
        this.logger.error({ err: error, loop: this.name }, 'a loop failed and goes on');
        this.wanted = false;
      }
    }
    this.isRunning = false;
    if (!this.closed) this.timer = setTimeout(() => this.wake(), this.intervalMs).unref();
  }
}
