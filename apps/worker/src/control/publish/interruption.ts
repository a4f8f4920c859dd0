import { isDatabaseUnavailable } from '@cooperage/db';
import { BuildFailure } from '@cooperage/domain';
import { isRegistryError } from '@cooperage/oci';
import type { Faults } from './faults-in-a-row.js';

/** How long and how often a build may meet a fault of its surroundings before it fails. */
const patienceMs = 10 * 60_000;
const patientTries = 10;
const longestPauseMs = 15_000;

export type Interruption =
  | { readonly ends: true; readonly failure: BuildFailure }
  | {
      readonly ends: false;
      readonly failure: BuildFailure | null;
      readonly waitReason: 'registry_unavailable' | 'signing_held' | 'internal_error';
      readonly retryInMs: number;
    };

/**
 * What follows from an error during a publication. Behind the gate the work only rolls forward, so nothing ends it there;
 * before, a lasting fault does. An outage of the database counts for nothing: it says nothing about this build.
 * @param note counts this fault, and says how many came in a row
 */
export function judgeInterruption(error: unknown, note: () => Faults, behindGate: boolean): Interruption {
  // A registry error can have a broken socket inside that looks like the database's.
  if (!isRegistryError(error) && isDatabaseUnavailable(error))
    return { ends: false, failure: null, waitReason: 'internal_error', retryInMs: 1_000 };
  const { attempts, ageMs } = note();
  const retryInMs = Math.min(1_000 * attempts, longestPauseMs);
  const failure = asFailure(error);
  const isPatient = failure.retryable && (ageMs < patienceMs || attempts < patientTries);
  if (!behindGate && !isPatient) return { ends: true, failure };
  return { ends: false, failure, waitReason: waitReasonOf(failure), retryInMs };
}

function asFailure(error: unknown): BuildFailure {
  if (error instanceof BuildFailure) return error;
  if (!isRegistryError(error))
    return new BuildFailure('InternalError', 'The image could not be published; the log of control has the details.', {
      cause: error,
    });
  if (error.kind === 'invalid')
    return new BuildFailure('PolicyRefused', `The image cannot be published: ${error.message}.`, { cause: error });
  if (error.kind === 'rejected')
    return new BuildFailure('PushRejected', `The image cannot be published: ${error.message}.`, { cause: error });
  return new BuildFailure('RegistryUnavailable', 'The registry did not answer as it should.', { cause: error });
}

function waitReasonOf({ code }: BuildFailure) {
  if (code === 'SigningUnavailable') return 'signing_held';
  return code === 'InternalError' ? 'internal_error' : 'registry_unavailable';
}
