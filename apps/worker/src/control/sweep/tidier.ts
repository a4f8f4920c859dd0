import type { ProcessRepository, SweepRepository, TidyRepository } from '@cooperage/db';
import type { FailureReport } from '@cooperage/domain';
import type { Logger, Metrics } from '@cooperage/telemetry';
import { observeEnd } from '../../shared/observe-build.js';
import { WakeLoop } from '../../shared/wake-loop.js';

const everyMs = 3_600_000;
/** How long one run may take: it looks at each project. */
const limitMs = 30 * 60_000;
/** Nobody waits for a build that no builder took for this long. */
const forgottenMs = 24 * 3_600_000;
const forgetProcessesMs = 7 * 24 * 3_600_000;

const forgottenFailure: FailureReport = { code: 'TimedOut', message: 'No builder took the build within a day.' };

/**
 * Does what can wait: rows that nobody asks for any more, builds that nobody waits for. A loop of its own, since what it meets grows
 * with what was built: the sweeper, which recovers lost builds, must neither wait for it nor learn from its failures.
 */
export class Tidier {
  readonly loop: WakeLoop;
  private readonly closing = new AbortController();

  constructor(
    private readonly sweeps: Pick<SweepRepository, 'findForgotten' | 'closeForgotten'>,
    private readonly tidying: Pick<TidyRepository, 'forgetContexts' | 'forgetStepVerdicts'>,
    private readonly processes: Pick<ProcessRepository, 'forgetEnded'>,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {
    this.loop = new WakeLoop('tidy', everyMs, logger, () => this.tidy(), limitMs);
  }

  start(): void {
    this.loop.start();
  }

  /** A run that is under way ends with the project whose turn it is: other parts of the process wait to be closed behind it. */
  close(): Promise<void> {
    this.closing.abort();
    return this.loop.close();
  }

  private async tidy(): Promise<void> {
    const { signal } = this.closing;
    await this.step('forgotten', async () => {
      for (const id of await this.sweeps.findForgotten(forgottenMs))
        await this.step('forgotten', () => this.closeForgotten(id));
    });
    await this.step('processes', () => this.processes.forgetEnded(forgetProcessesMs));
    await this.step('contexts', () => this.tidying.forgetContexts(this.failureOf('contexts'), signal));
    await this.step('verdicts', () => this.tidying.forgetStepVerdicts(this.failureOf('verdicts'), signal));
  }

  private async closeForgotten(id: string): Promise<void> {
    const outcome = await this.sweeps.closeForgotten(id, forgottenFailure);
    if (outcome.ok) observeEnd(this.metrics, outcome.build);
  }

  /** One that fails keeps no other from its turn, whatever the reason: the next run is in an hour. */
  private async step(name: string, work: () => Promise<unknown>): Promise<void> {
    if (this.closing.signal.aborted) return;
    try {
      await work();
    } catch (error) {
      this.failureOf(name)(error);
    }
  }

  private failureOf(step: string): (error: unknown, projectId?: string) => void {
    return (err, projectId) => {
      this.metrics.sweepFailuresTotal.add({ step });
      this.logger.error({ err, step, projectId }, 'a step of tidying failed and the others go on');
    };
  }
}
