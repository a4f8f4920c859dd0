import type { LostAttempt, ProcessRepository, SweepRepository, UnsealedLog } from '@cooperage/db';
import type { FailureReport } from '@cooperage/domain';
import type { ChunkStore, LiveBus } from '@cooperage/logs/ports';
import { endLostLog } from '@cooperage/logs/write';
import type { Logger } from '@cooperage/telemetry';
import { WakeLoop } from '../../shared/wake-loop.js';

export interface SweeperOptions {
  readonly leaseMs: number;
  readonly maxAttempts: number;
}

const intervalMs = 1_000;
const overdueGraceMs = 30_000;
/** A process without a heartbeat for this many leases counts as silent. */
const silentLeases = 4;

const lostFailure: FailureReport = { code: 'WorkerLost', message: 'The worker that ran this build stopped answering.' };
const overdueFailure: FailureReport = { code: 'TimedOut', message: 'The build took longer than its time limit.' };

/** The only maker of new attempts: closes what lost its builder, and what is over its time. */
export class Sweeper {
  private readonly loop: WakeLoop;
  /** After an outage of the database builders first get one full lease to show that they live. */
  private notBefore = 0;

  constructor(
    private readonly sweeps: SweepRepository,
    private readonly processes: ProcessRepository,
    private readonly chunkStore: ChunkStore,
    private readonly liveBus: LiveBus,
    private readonly options: SweeperOptions,
    private readonly logger: Logger,
  ) {
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
    const patient = performance.now() < this.notBefore;
    if (!patient) await this.processes.endSilent(this.options.leaseMs * silentLeases);
    for (const lost of await this.sweeps.findLost())
      if (lost.cause === 'exited' || !patient) await this.closeLost(lost);
    for (const overdue of await this.sweeps.findOverdue(overdueGraceMs))
      await this.sweeps.closeOverdue(overdue, overdueFailure);
    for (const log of await this.sweeps.findUnsealedLogs(this.options.leaseMs)) await this.endLog(log);
  }

  private async closeLost(lost: LostAttempt): Promise<void> {
    const outcome = await this.sweeps.closeLost(lost, lost.number < this.options.maxAttempts, lostFailure);
    this.logger.warn(
      {
        buildId: lost.buildId,
        attemptId: lost.attemptId,
        cause: lost.cause,
        outcome: outcome.ok ? outcome.build.status : outcome.reason,
      },
      'an attempt was lost',
    );
  }

  /** In the name of the next epoch, so that the lost builder cannot write behind its end. */
  private async endLog({ attemptId, number, atMs, reason }: UnsealedLog): Promise<void> {
    const { chunkStore, liveBus } = this;
    await endLostLog({ attemptId, epoch: number + 1, atMs, reason, chunkStore, liveBus });
  }
}
