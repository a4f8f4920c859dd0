import type { ClaimedAttempt } from '@cooperage/db';
import type { BuildFailure, FailureLogLine } from '@cooperage/domain';
import type { ChunkStore, LiveBus } from '@cooperage/logs/ports';
import { failingLineOf, type LogWriter, openLogWriter, type SecretMasker } from '@cooperage/logs/write';
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

  /**
   * The line that says why a step failed, once the log is stored: what is kept of it is masked like all of the log.
   * @returns undefined when nobody can say, which must not keep an attempt from its end
   */
  async failingLine({ attemptId }: ClaimedAttempt, step: number): Promise<FailureLogLine | undefined> {
    try {
      return await failingLineOf(this.chunkStore, attemptId, step);
    } catch (error) {
      this.logger.warn({ err: error, attemptId }, 'the line that says why a step failed could not be read');
      return undefined;
    }
  }

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
