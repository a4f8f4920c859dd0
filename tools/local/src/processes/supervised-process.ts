import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon } from './daemon.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** A process that lived this long starts again with the first delay. */
const HEALTHY_MS = 60_000;

/** How long to wait before the next start, after so many short lives in a row. */
export function restartDelayMs(shortLives: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** Math.max(0, shortLives - 1), LONGEST_DELAY_MS);
}

/** Keeps a process of ours running for as long as the launcher runs. */
export class SupervisedProcess {
  private readonly daemon: Daemon;
  private readonly report: (line: string) => void;
  private readonly stopping = new AbortController();
  private watching: Promise<void> | undefined;
  private readonly changed: () => void;
  private away = false;

  /** @param changed called when it has ended, and when it runs again */
  constructor(daemon: Daemon, report: (line: string) => void, changed: () => void = () => {}) {
    this.daemon = daemon;
    this.report = report;
    this.changed = changed;
  }

  /** It has ended and is to be started again. */
  get isAway(): boolean {
    return this.away;
  }

  get name(): string {
    return this.daemon.spec.name;
  }

  /** Ends the one that a killed launcher left and starts a new one. @throws {LauncherError} when it does not get ready. */
  async start(): Promise<void> {
    await this.daemon.stop();
    await this.daemon.start();
    this.watching = this.watch();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.daemon.stop();
    await this.watching;
  }

  private async watch(): Promise<void> {
    for (let shortLives = 0; ; ) {
      const started = performance.now();
      await this.daemon.ended();
      if (this.stopping.signal.aborted) return;
      this.note(true);
      shortLives = performance.now() - started > HEALTHY_MS ? 1 : shortLives + 1;
      const delayMs = restartDelayMs(shortLives);
      this.report(
        `${this.name} has ended; starting it again in ${delayMs / 1000} s (log: ${this.daemon.spec.logFile})`,
      );
      await sleep(delayMs, undefined, { signal: this.stopping.signal }).catch(() => {});
      if (this.stopping.signal.aborted) return;
      await this.startAgain();
    }
  }

  /** What it had started may live on without it, and hold its port. */
  private async startAgain(): Promise<void> {
    try {
      const orphans = await this.daemon.stop();
      if (orphans > 0) this.report(`ended ${orphans} process(es) that ${this.name} had left`);
      // A stop may have come while the orphans ended. It has found nothing to stop then, so nothing may start behind it.
      if (this.stopping.signal.aborted) return;
      await this.daemon.start();
      this.note(false);
    } catch (error) {
      this.report((error as Error).message);
    }
  }

  private note(isAway: boolean): void {
    this.away = isAway;
    this.changed();
  }
}
