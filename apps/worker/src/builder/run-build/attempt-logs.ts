import type { ClaimedAttempt } from '@cooperage/db';
import type { BuildFailure } from '@cooperage/domain';
import type { ChunkStore, LiveBus } from '@cooperage/logs/ports';
import { type LogWriter, openLogWriter, type SecretMasker } from '@cooperage/logs/write';
import type { Logger } from '@cooperage/telemetry';

export interface AttemptLogEvents {
  readonly onLimit: (failure: BuildFailure) => void;
  readonly onFenced: () => void;
}

/** Opens the log of a claimed attempt. */
export class AttemptLogs {
  constructor(
    private readonly chunkStore: ChunkStore,
    private readonly liveBus: LiveBus,
    private readonly logger: Logger,
  ) {}

  /** @param masker of all that nobody may see: it works before the first byte is stored */
  open(attempt: ClaimedAttempt, masker: SecretMasker, events: AttemptLogEvents): LogWriter {
    const startedAt = performance.now();
    return openLogWriter({
      attemptId: attempt.attemptId,
      epoch: attempt.number,
      masker,
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
