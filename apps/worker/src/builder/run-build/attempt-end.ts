import type { ClaimedAttempt } from '@cooperage/db';
import { BuildFailure, type FailureLogLine, type FailureReport, isLossInOwnWork, timeNotes } from '@cooperage/domain';
import type { SecretMasker } from '@cooperage/logs/write';
import type { Logger } from '@cooperage/telemetry';

/** An engine's message may quote an instruction, and an instruction may hold what nobody should see. */
export function maskedReport(failure: BuildFailure, masker: SecretMasker, logLine?: FailureLogLine): FailureReport {
  const { place, message, code } = failure.report();
  const step = place?.step && masker.maskText(place.step);
  return {
    code,
    // By its words the next attempt knows it again. They are ours, and a secret may be one of them.
    message: isLossInOwnWork(failure) ? message : masker.maskText(message),
    ...(place && { place: { ...place, step } }),
    ...(logLine && { logLine }),
  };
}

/** Whatever is thrown that is no `BuildFailure` is a defect of ours: logged with its inside, shown without it. */
export function asFailure(error: unknown, masker: SecretMasker, logger: Logger): BuildFailure {
  if (error instanceof BuildFailure) return error;
  logger.error({ err: maskedError(error, masker) }, 'an attempt ended by an unexpected error');
  return new BuildFailure('InternalError', 'The worker met an unexpected error; its own log has the details.');
}

/** For our own log: an engine's words may quote what it was given. */
export function maskedError(error: unknown, masker: SecretMasker): Error {
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  return Object.assign(new Error(masker.maskText(message)), { name, stack: masker.maskText(stack) });
}

/** Of work that the end of its attempt did not wait for. */
export function logWhatGoesOn(work: Promise<unknown>, masker: SecretMasker, logger: Logger): void {
  const leftAt = performance.now();
  const ended = (error?: unknown) => {
    const lateMs = Math.round(performance.now() - leftAt);
    logger.info(
      { lateMs, ...(error !== undefined && { err: maskedError(error, masker) }) },
      'its preparation has ended',
    );
  };
  logger.info('an attempt is over, and did not wait for its preparation to end');
  work.then(() => ended(), ended);
}

export function timeoutFailure({ build }: ClaimedAttempt): BuildFailure {
  const seconds = Math.round(build.limits.timeoutMs / 1000);
  const sentences = [`The build took longer than its limit of ${seconds} seconds.`, ...timeNotes(build.limits)];
  return new BuildFailure('TimedOut', sentences.join(' '));
}

/** A new attempt starts at once, at whichever builder runs then. */
export function shutdownFailure(): BuildFailure {
  return new BuildFailure('WorkerLost', 'The builder was asked to end before the build was done.');
}
