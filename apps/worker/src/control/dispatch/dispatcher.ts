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
  private readonly loop: WakeLoop;

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
    const fresh = await this.dispatches.dispatchNext();
    if (fresh.length > 0) await this.tokens.refresh();
    const forgotten = await this.dispatches.unclaimed(unclaimedMs);
    await Promise.all([...fresh, ...forgotten].map((attempt) => this.send(attempt)));
    await this.dispatches.explainWaiting();
  }

  private async send(attempt: DispatchedAttempt): Promise<void> {
    try {
      await this.jobs.send('run-build', `b-${attempt.buildId}-a${attempt.number}`, { attemptId: attempt.attemptId });
    } catch (error) {
      this.logger.warn(
        { err: error, buildId: attempt.buildId },
        'the queue did not take an attempt; it is handed over again',
      );
    }
  }
}
