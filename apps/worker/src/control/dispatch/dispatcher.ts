import type { DispatchedAttempt, DispatchRepository } from '@cooperage/db';
import type { JobSender } from '@cooperage/queue';
import type { Logger } from '@cooperage/telemetry';
import { WakeLoop } from '../../shared/wake-loop.js';
import type { AttemptTokens } from '../tokens/attempt-tokens.js';

const intervalMs = 1_000;
/** An attempt that no builder has claimed for this long is handed over again: the queue may have lost it. */
const unclaimedMs = 2_000;

/** Hands waiting builds to the queue as slots become free. PostgreSQL knows what waits; Redis only carries it. */
export class Dispatcher {
  readonly loop: WakeLoop;
  private nextLookAt = 0;

  constructor(
    private readonly dispatches: DispatchRepository,
    private readonly tokens: AttemptTokens,
    private readonly jobs: JobSender,
    private readonly logger: Logger,
  ) {
    this.loop = new WakeLoop('dispatch', intervalMs, logger, () => this.run());
  }

  start(): void {
    this.loop.start();
  }

  wake(): void {
    this.loop.wake();
  }

  close(): Promise<void> {
    return this.loop.close();
  }

  private async run(): Promise<void> {
    const fresh = await this.dispatches.dispatchNext((need) => this.tokens.seal(need));
    await this.sendAll(fresh);
    // Many builds may wake this in one second; what waits is looked at once.
    if (performance.now() < this.nextLookAt) return;
    this.nextLookAt = performance.now() + intervalMs;
    await this.sendAll(await this.dispatches.unclaimed(unclaimedMs));
    await this.dispatches.explainWaiting();
  }

  private async sendAll(attempts: readonly DispatchedAttempt[]): Promise<void> {
    await Promise.all(attempts.map((attempt) => this.send(attempt)));
  }

  private async send(attempt: DispatchedAttempt): Promise<void> {
    try {
      const { lane, worker, attemptId } = attempt;
      await this.jobs.send('run-build', { lane, worker }, jobIdOf(attempt), { attemptId });
    } catch (error) {
      this.logger.warn(
        { err: error, buildId: attempt.buildId },
        'the queue did not take an attempt; it is handed over again',
      );
    }
  }
}

/**
 * A handover has an id of its own: the queue takes no second job with the id of one that a dead builder still has. Of two
 * jobs for an attempt the later one finds it claimed.
 */
function jobIdOf({ buildId, number, handovers }: DispatchedAttempt): string {
  const id = `b-${buildId}-a${number}`;
  return handovers === 0 ? id : `${id}-h${handovers}`;
}
