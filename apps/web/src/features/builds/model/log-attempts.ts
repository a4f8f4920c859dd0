import type { Attempt, Build, Step } from '@cooperage/contracts';
import { visibleText } from '../../../lib/format/names';
import type { LogStep } from '../../log/components/log-step';
import type { LogAttempt } from '../../log/components/use-steps';
import { stepKey } from '../../log/model/step-key';
import { shortened } from './long-lines';
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
  const ran = all.map(({ steps }) => ranIn(steps));
  return all.flatMap(({ attempt, steps }, at) => {
    const isShown = at === all.length - 1;
    const failing = failingOrdinal(steps, attempt.failure);
    return steps.map((step) => ({
      ordinal: stepKey(isShown ? null : attempt.number, step.ordinal),
      name: shortened(step.name).text,
      ms: stepMs(step),
      startedMs: step.startedAt === null ? null : Date.parse(step.startedAt),
      reused: step.cached && !step.internal,
      failed: isShown && step.ordinal === failing,
      failingLine: step.ordinal === failing ? (attempt.failure?.logLine?.number ?? null) : null,
      marked: step.ordinal === failing || (!step.internal && stepState(step, buildIsOver || !isShown) === 'failed'),
      outputAt: isShown && step.cached && !step.internal ? outputOf(step, all, ran.slice(0, at)) : null,
      ranAgainIn: step.cached
        ? null
        : (all[ran.findIndex((steps, later) => later > at && steps.has(keyOf(step)))]?.attempt.number ?? null),
    }));
  });
}

/** Key of the step of the newest of these attempts in which the same step ran. */
function outputOf(
  step: Step,
  all: readonly AttemptSteps[],
  ran: readonly ReadonlyMap<string, number>[],
): number | null {
  const at = ran.findLastIndex((steps) => steps.has(keyOf(step)));
  const [attempt, ordinal] = [all[at]?.attempt, ran[at]?.get(keyOf(step))];
  return attempt && ordinal !== undefined ? stepKey(attempt.number, ordinal) : null;
}

/** The first ordinal of each step that ran, and did not come from the cache. */
function ranIn(steps: readonly Step[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const step of steps)
    if (!step.cached && step.startedAt !== null && !found.has(keyOf(step))) found.set(keyOf(step), step.ordinal);
  return found;
}

/** The same instruction of the same stage. */
function keyOf({ name, target }: Step): string {
  return `${target ?? ''}\n${name}`;
}
