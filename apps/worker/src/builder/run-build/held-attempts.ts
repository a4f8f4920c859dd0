import type { AttemptRepository, ClaimedAttempt } from '@cooperage/db';
import type { BuildFailure } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { WakeLoop } from '../../shared/wake-loop.js';

/** Why the work on an attempt should end before it is done. */
export type StopCause = 'cancel' | 'not_yours' | 'timeout' | 'shutdown';

interface Held {
  readonly stop: AbortController;
}

/** The attempts that this process holds: their heartbeats, and the word that one of them should stop. */
export class HeldAttempts {
  private readonly held = new Map<string, Held>();
  readonly loop: WakeLoop;

  constructor(
    private readonly attempts: AttemptRepository,
    private readonly instanceId: () => string,
    private readonly leaseMs: number,
    logger: Logger,
  ) {
    this.loop = new WakeLoop('heartbeat', leaseMs / 4, logger, () => this.beat(), leaseMs);
  }

  start(): void {
    this.loop.start();
  }

  /** Asks the database now: a cancel was announced. */
  wake(): void {
    this.loop.wake();
  }

  close(): Promise<void> {
    return this.loop.close();
  }

  /** This process is to end: what is not done after `graceMs` is stopped, so that its attempt is given back in order. */
  drain(graceMs: number): void {
    setTimeout(() => this.stopAll('shutdown'), graceMs).unref();
  }

  /** Stops all of them now. */
  stopAll(cause: StopCause | BuildFailure): void {
    for (const { stop } of this.held.values()) stop.abort(cause);
  }

  get size(): number {
    return this.held.size;
  }

  /** Holds an attempt while `work` runs. The signal's reason is a `StopCause`, or the `BuildFailure` that ended all. */
  async while<T>(attempt: ClaimedAttempt, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort('timeout' satisfies StopCause), attempt.build.limits.timeoutMs);
    this.held.set(attempt.attemptId, { stop });
    try {
      return await work(stop.signal);
    } finally {
      clearTimeout(timer);
      this.held.delete(attempt.attemptId);
    }
  }

  private async beat(): Promise<void> {
    if (this.held.size === 0) return;
    const answers = await this.attempts.heartbeat([...this.held.keys()], this.instanceId(), this.leaseMs);
    for (const [id, answer] of answers)
      if (answer !== 'go_on') this.held.get(id)?.stop.abort(answer satisfies StopCause);
  }
}
