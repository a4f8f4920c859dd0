import { BuildFailure, type FailureReport } from './build-failure.js';

/** What BuildKit calls its reading of what an image says of itself, of FROM. */
const reading = /^\[(?:\S+ )?internal\] load metadata for (\S+)$/;

/** Whether a step, by its name, reads what an image says of itself. */
export function readsImage(step: string): boolean {
  return reading.test(step);
}

/** Messages of a failure, `EngineUnavailable`, by which two such in a row are known. */
export const lostBeforeSteps = 'The connection to the builder was lost before a step of the build had begun.';
export const lostInOwnWork = 'The connection to the builder was lost while it read, fetched or unpacked for the build.';

/** Whether a build lost its engine while that read, fetched or unpacked for it: none of this runs within the limits of a build. */
export function isLossInOwnWork({ code, message }: Pick<FailureReport, 'code' | 'message'>): boolean {
  return code === 'EngineUnavailable' && (message === lostBeforeSteps || message === lostInOwnWork);
}

/**
 * Whose fault it is that an engine was lost. An image, or a Dockerfile, may be made to end the engine that reads it (R6-A7). So a build
 * that loses two in a row while they read, fetch or unpack for it has ended them itself, as far as anybody can tell, and is not tried
 * again: each time costs others theirs. To be asked only where
 * it did so for no other build: else nobody can tell which of them it was (R8-C4).
 * @param before of the attempt before it; null where there was none, or it ended without a failure
 * @returns the failure itself, or one of the build: `FetchLimit` where it was reading an image, else `PolicyRefused`
 */
export function blamed(failure: BuildFailure, before: FailureReport | null): BuildFailure {
  if (!isLossInOwnWork(failure) || before === null || !isLossInOwnWork(before)) return failure;
  const image = reading.exec(failure.place?.step ?? '')?.[1];
  const made = { place: failure.place, cause: failure };
  if (image === undefined) return new BuildFailure('PolicyRefused', tooMuch, made);
  return new BuildFailure(
    'FetchLimit',
    `The builder ended twice while it read what the image ${image} says of itself. Its manifest or configuration is probably too large.`,
    made,
  );
}

const tooMuch =
  'The builder ended twice while it read, fetched or unpacked for this build. What its Dockerfile expands to, or what it fetches, probably needs more memory than the builder has.';
