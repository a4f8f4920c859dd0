import type { Attempt, Build, Step } from '@cooperage/contracts';
import { visibleText } from '../../../lib/format/names';
import type { LogStep } from '../../log/components/log-step';
import type { LogAttempt } from '../../log/components/use-steps';
import { stepKey } from '../../log/model/step-key';
import { attemptStateWords } from './status';
import { failingOrdinal, stepMs, stepState } from './step-groups';

/** An attempt with the steps that its builder named. */
export interface AttemptSteps {
  readonly attempt: Attempt;
  readonly steps: readonly Step[];
}

/**
 * Attempts whose logs are shown before that of the current one: all that a worker took and whose logs are stored.
 * @param chosen number of the only attempt that is to be shown; null for all
 */
export function earlierAttempts(build: Pick<Build, 'attempt' | 'attempts'>, chosen: number | null): Attempt[] {
  if (chosen !== null) return [];
  return build.attempts.filter(
    ({ number, claimedAt, logDeletedAt }) => number < build.attempt && claimedAt !== null && logDeletedAt === null,
  );
}

export function logAttempt({ number, state, workerName, claimedAt, failure }: Attempt): LogAttempt {
  const worker = workerName === null ? '' : ` on ${workerName}`;
  const why = failure === null || state === 'built' ? '' : `: ${failure.message}`;
  return {
    number,
    heading: visibleText(`Attempt ${number}${worker}, ${attemptStateWords[state]}${why}`),
    claimedMs: claimedAt === null ? null : Date.parse(claimedAt),
  };
}

/** Steps of all attempts whose logs are shown. @param all in their order; the last one is the attempt that is shown */
export function logSteps(all: readonly AttemptSteps[], buildIsOver: boolean): LogStep[] {
  return all.flatMap(({ attempt, steps }, at) => {
    const isShown = at === all.length - 1;
    const failing = failingOrdinal(steps, attempt.failure);
    return steps.map((step) => ({
      ordinal: stepKey(isShown ? null : attempt.number, step.ordinal),
      name: step.name,
      ms: stepMs(step),
      startedMs: step.startedAt === null ? null : Date.parse(step.startedAt),
      reused: step.cached && !step.internal,
      failed: isShown && step.ordinal === failing,
      failingLine: step.ordinal === failing ? (attempt.failure?.logLine?.number ?? null) : null,
      marked: step.ordinal === failing || (!step.internal && stepState(step, buildIsOver || !isShown) === 'failed'),
      outputAt: isShown && step.cached && !step.internal ? outputOf(step, all.slice(0, at)) : null,
      ranAgainIn: step.cached
        ? null
        : (all.slice(at + 1).find((later) => later.steps.some(ran(step)))?.attempt.number ?? null),
    }));
  });
}

/** Key of the step of the newest of these attempts in which the same step ran. */
function outputOf(step: Step, earlier: readonly AttemptSteps[]): number | null {
  const of = earlier.findLast(({ steps }) => steps.some(ran(step)));
  const found = of?.steps.find(ran(step));
  return of && found ? stepKey(of.attempt.number, found.ordinal) : null;
}

/** The same instruction of the same stage, and not from the cache. */
function ran({ name, target }: Step): (other: Step) => boolean {
  return (other) => other.name === name && other.target === target && !other.cached && other.startedAt !== null;
}
