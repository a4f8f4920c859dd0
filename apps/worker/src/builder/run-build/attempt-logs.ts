import type { ClaimedAttempt } from '@cooperage/db';
import type { BuildFailure } from '@cooperage/domain';
import type { ChunkStore, LiveBus } from '@cooperage/logs/ports';
import { type LogWriter, openLogWriter } from '@cooperage/logs/write';
import type { Logger } from '@cooperage/telemetry';

export interface AttemptLogEvents {
  readonly onLimit: (failure: BuildFailure) => void;
  readonly onFenced: () => void;
}

/** Opens the log of a claimed attempt, with every secret of its project masked before the first byte is stored. */
export class AttemptLogs {
  constructor(
    private readonly chunkStore: ChunkStore,
    private readonly liveBus: LiveBus,
    private readonly logger: Logger,
  ) {}

  open(attempt: ClaimedAttempt, secrets: ReadonlyMap<string, Uint8Array>, events: AttemptLogEvents): LogWriter {
    const startedAt = performance.now();
    return openLogWriter({
      attemptId: attempt.attemptId,
      epoch: attempt.number,
      secrets: [...secrets].map(([name, value]) => ({ name, value })),
      clock: () => performance.now() - startedAt,
      chunkStore: this.chunkStore,
      liveBus: this.liveBus,
      limits: { outputBytes: attempt.build.limits.logBytes },
      onLimit: events.onLimit,
      onFenced: events.onFenced,
      onArchiveError: (error) =>
        this.logger.warn({ err: error, attemptId: attempt.attemptId }, 'the log cannot be stored yet'),
    });
  }
}
