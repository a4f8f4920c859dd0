import type { LoopSight } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import type { LoopLook } from './watchdog.js';

/** No run of a loop may take longer, where its maker names no other limit. */
const usualLimitMs = 120_000;

/**
 * Runs `work` when it is woken and, as a backup, every `intervalMs`. Never two at a time; a wake during a run leads to one
 * more run. An error is logged and waits out the interval, so a broken store is not hammered. Only a run that hangs, and
 * was given up by the watch, may meet another one.
 */
export class WakeLoop {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  /** The number of the run that is under way. One that was given up finds another number here. */
  private current: number | null = null;
  private runs = 0;
  private wanted = false;
  private closed = false;
  private beganAt = 0;
  /** When the next run is due, by the timer or since it was woken; null before the start. */
  private dueAt: number | null = null;

  /** @param limitMs how long one run of `work` may take */
  constructor(
    readonly name: string,
    private readonly intervalMs: number,
    private readonly logger: Logger,
    private readonly work: () => Promise<void>,
    private readonly limitMs = usualLimitMs,
  ) {}

  start(): void {
    this.wake();
  }

  wake(): void {
    if (this.closed) return;
    this.wanted = true;
    this.dueAt ??= performance.now();
    // A mark and not the promise: a run may end before its promise is assigned (R-W1).
    if (this.current === null) this.running = this.run();
  }

  /** What a watch wants to know of it. One run is one slot. */
  sight(): LoopSight {
    const now = performance.now();
    const overdueMs = this.dueAt === null || this.closed ? 0 : now - this.dueAt;
    const isBusy = this.current !== null;
    return {
      ...{ due: overdueMs > 0 ? 1 : 0, oldestDueMs: Math.max(0, overdueMs), slots: 1, busySlots: isBusy ? 1 : 0 },
      ...{ oldestBusyMs: isBusy ? now - this.beganAt : 0, slotLimitMs: this.limitMs, taken: this.runs },
    };
  }

  /** Gives up a run that hangs, and begins another. */
  repair(): void {
    this.current = null;
    this.wake();
  }

  /** No run starts any more; resolves when the current one has ended. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    let run = ++this.runs;
    this.current = run;
    while (this.wanted && !this.closed) {
      this.wanted = false;
      this.dueAt = null;
      this.beganAt = performance.now();
      try {
        await this.work();
      } catch (error) {
        this.logger.error({ err: error, loop: this.name }, 'a loop failed and goes on');
        if (this.current === run) this.wanted = false;
      }
      if (this.current !== run) return;
      if (this.wanted) this.current = run = ++this.runs;
    }
    this.current = null;
    if (this.closed) return;
    this.dueAt = performance.now() + this.intervalMs;
    this.timer = setTimeout(() => this.wake(), this.intervalMs).unref();
  }
}

/** A part that works by one loop of its own. */
export interface LoopOwner {
  readonly loop: WakeLoop;
  start(): void;
  close(): Promise<void>;
}

export function lookAtLoop(loop: WakeLoop): LoopLook {
  return { loop, sight: loop.sight() };
}
