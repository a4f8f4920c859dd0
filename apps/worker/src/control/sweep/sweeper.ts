import {
  isDatabaseUnavailable,
  isStatementTimeout,
  type LostAttempt,
  type OverdueAttempt,
  type ProcessRepository,
  type SweepRepository,
  type TransitionOutcome,
  type UnsealedLog,
} from '@cooperage/db';
import type { FailureReport } from '@cooperage/domain';
import type { ChunkStore, LiveBus } from '@cooperage/logs/ports';
import { endLostLog } from '@cooperage/logs/write';
import type { Logger, Metrics } from '@cooperage/telemetry';
import { longestEngineWaitMs } from '../../shared/engine-wait.js';
import { observeEnd } from '../../shared/observe-build.js';
import { WakeLoop } from '../../shared/wake-loop.js';
import { SetAside } from './set-aside.js';

export interface SweeperOptions {
  readonly leaseMs: number;
  readonly maxAttempts: number;
}

const intervalMs = 1_000;
const overdueGraceMs = 30_000;
/** A process without a heartbeat for this many leases counts as silent. */
const silentLeases = 4;
/** Ours end by themselves after 10 seconds at most (`Database`). */
const longestTransactionMs = 60_000;
/** Builds that run of which one sweep looks whether control knows of them. */
const publicationsAtOnce = 200;
const unpromisedMs = 60_000;

const lostFailure: FailureReport = { code: 'WorkerLost', message: 'The worker that ran this build stopped answering.' };
const overdueFailure: FailureReport = { code: 'TimedOut', message: 'The build took longer than its time limit.' };

/** The only maker of new attempts: closes what lost its builder, and what is over its time. */
export class Sweeper {
  readonly loop: WakeLoop;
  /**
   * After an outage of the database builders first get one full lease to show that they live. A process that starts cannot
   * know of one, so it begins with that patience.
   */
  private notBefore: number;
  /** Up to where builds that run were looked at; null before the first one. */
  private lookedUpTo: string | null = null;
  private readonly aside = { lost: new SetAside(), overdue: new SetAside(), logs: new SetAside() };

  constructor(
    private readonly sweeps: SweepRepository,
    private readonly processes: ProcessRepository,
    private readonly chunkStore: ChunkStore,
    private readonly liveBus: LiveBus,
    private readonly options: SweeperOptions,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {
    this.notBefore = performance.now() + options.leaseMs;
    this.loop = new WakeLoop('sweep', intervalMs, logger, () => this.run());
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
    try {
      await this.sweep();
    } catch (error) {
      this.notBefore = performance.now() + this.options.leaseMs;
      throw error;
    }
  }

  private async sweep(): Promise<void> {
    const { leaseMs } = this.options;
    const patient = performance.now() < this.notBefore;
    await this.step('transactions', () => this.endTransactions());
    if (!patient) await this.step('silent', () => this.processes.endSilent(leaseMs * silentLeases));
    await this.step('lost', () => this.endLost(patient));
    await this.step('overdue', async () => {
      const { overdue } = this.aside;
      const found = await this.sweeps.findOverdue(overdueGraceMs, overdue.ids(), longestEngineWaitMs);
      await this.each(found, (attempt) => this.closeOverdue(attempt), overdue);
    });
    await this.step('publications', () => this.promiseAgain());
    await this.step('logs', async () => {
      const { logs } = this.aside;
      await this.each(await this.sweeps.findUnsealedLogs(leaseMs, logs.ids()), (log) => this.endLog(log), logs);
    });
  }

  /**
   * One that fails must not keep the others from their turn, and asks for no patience: what it met is in the data. So is what makes one
   * statement take too long. Only a database that is away ends the whole sweep.
   */
  private async step(name: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isAway(error)) throw error;
      this.metrics.sweepFailuresTotal.add({ step: name });
      this.logger.error({ err: error, step: name }, 'a step of the sweeper failed and the others go on');
    }
  }

  private async endLost(patient: boolean): Promise<void> {
    const { lost } = this.aside;
    const found = await this.sweeps.findLost(lost.ids()).catch((error: unknown) => {
      // Where even this takes too long, builders could not renew their leases either.
      if (isStatementTimeout(error)) this.notBefore = performance.now() + this.options.leaseMs;
      throw error;
    });
    const due = found.filter(({ cause }) => cause === 'exited' || !patient);
    await this.each(due, (attempt) => this.closeLost(attempt), lost);
  }

  private async endTransactions(): Promise<void> {
    const ended = await this.sweeps.endBuilderTransactions(longestTransactionMs);
    if (ended > 0)
      this.logger.warn(
        { ended },
        'transactions of builders were ended: they were open for too long, or held too many locks',
      );
  }

  /** What a builder has handed on without a word to control. Ours writes both in one statement (R22D-4). */
  private async promiseAgain(): Promise<void> {
    const { buildIds, after } = await this.sweeps.promiseAgain(this.lookedUpTo, publicationsAtOnce, unpromisedMs);
    this.lookedUpTo = after;
    if (buildIds.length === 0) return;
    this.metrics.publicationsPromisedAgainTotal.add({}, buildIds.length);
    this.logger.warn(
      { buildIds },
      'builds waited for control, which nobody had told: their publication was promised again',
    );
  }

  /**
   * One of them that cannot be ended must not keep the others from it, neither now nor by being found again first.
   * @param work says whether it is over
   */
  private async each<T extends { readonly attemptId: string }>(
    items: readonly T[],
    work: (item: T) => Promise<boolean>,
    aside: SetAside,
  ): Promise<void> {
    for (const item of items) {
      try {
        if (await work(item)) aside.remove(item.attemptId);
        else aside.add(item.attemptId);
      } catch (error) {
        aside.add(item.attemptId);
        if (isAway(error)) throw error;
        this.logger.error({ err: error, item }, 'something found by the sweeper could not be ended');
        // Those behind it are found again in a second; if each took as long, this run would come to no end.
        if (isStatementTimeout(error)) return;
      }
    }
  }

  private async closeLost(lost: LostAttempt): Promise<boolean> {
    const outcome = await this.sweeps.closeLost(lost, lost.number < this.options.maxAttempts, lostFailure);
    this.ended(outcome);
    this.logger.warn(
      {
        buildId: lost.buildId,
        attemptId: lost.attemptId,
        cause: lost.cause,
        outcome: outcome.ok ? outcome.build.status : outcome.reason,
      },
      'an attempt was lost',
    );
    return outcome.ok;
  }

  private async closeOverdue(overdue: OverdueAttempt): Promise<boolean> {
    const outcome = await this.sweeps.closeOverdue(overdue, overdueFailure);
    this.ended(outcome);
    return outcome.ok;
  }

  private ended(outcome: TransitionOutcome): void {
    if (outcome.ok) observeEnd(this.metrics, outcome.build);
  }

  /** In the name of the next epoch, so that the lost builder cannot write behind its end. */
  private async endLog({ attemptId, number, atMs, reason }: UnsealedLog): Promise<boolean> {
    const { chunkStore, liveBus } = this;
    return (await endLostLog({ attemptId, epoch: number + 1, atMs, reason, chunkStore, liveBus })) === 'stored';
  }
}

/** What takes too long for one statement is that statement's own failure: rows that somebody made may be the reason for good. */
function isAway(error: unknown): boolean {
  return isDatabaseUnavailable(error) && !isStatementTimeout(error);
}
