import { useCallback, useMemo } from 'react';
import type { JoinedLog } from '../model/joined-log';
import { headingKey, stepOfKey } from '../model/step-key';
import { stepOrder } from '../model/step-order';
import type { LogStep } from './log-step';

/** An attempt whose lines are shown. */
export interface LogAttempt {
  readonly number: number;
  /** What stands before its lines where there are several. */
  readonly heading: string;
  /** When it was taken by a worker, in milliseconds since 1970; null when that is not known. */
  readonly claimedMs: number | null;
}

export interface ShownSteps {
  /** By their keys. */
  readonly byOrdinal: ReadonlyMap<number, LogStep>;
  /** Keys in the order in which they are shown, with a heading before each attempt where there are several. */
  readonly order: readonly number[];
  readonly headings: ReadonlyMap<number, string>;
  /** When the attempt of a step was taken by a worker. */
  readonly attemptMsOf: (step: number) => number | null;
}

/** @param attempts the last one is the attempt that is shown */
export function useSteps(log: JoinedLog, attempts: readonly LogAttempt[], steps: readonly LogStep[]): ShownSteps {
  const printed = log.steps.join(' ');
  const byOrdinal = useMemo(() => {
    // What a reused step printed earlier is named only where it printed something.
    const printedAt = ({ outputAt }: LogStep) => (outputAt !== null && log.count(outputAt) > 0 ? outputAt : null);
    return new Map(steps.map((step) => [step.ordinal, { ...step, outputAt: printedAt(step) }]));
  }, [log, printed, steps]);
  const order = useMemo(() => {
    const startedMs = (step: number): number | null => byOrdinal.get(step)?.startedMs ?? null;
    return attempts.flatMap(({ number }, at) => {
      const isShown = at === attempts.length - 1;
      const isOf = (key: number): boolean => stepOfKey(key).attempt === (isShown ? null : number);
      const ofAttempt = log.steps.filter(isOf);
      const silent = steps.filter(({ reused, ordinal }) => reused && isOf(ordinal));
      const keys = isShown ? stepOrder(ofAttempt, silent, startedMs) : ofAttempt;
      return attempts.length > 1 ? [headingKey(number), ...keys] : keys;
    });
  }, [log, printed, steps, byOrdinal, attempts]);
  const headings = useMemo(
    () => new Map(attempts.map(({ number, heading }) => [headingKey(number), heading])),
    [attempts],
  );
  const attemptMsOf = useCallback(
    (step: number): number | null => {
      const { attempt } = stepOfKey(step);
      const of = attempt === null ? attempts.at(-1) : attempts.find(({ number }) => number === attempt);
      return of?.claimedMs ?? null;
    },
    [attempts],
  );
  return { byOrdinal, order, headings, attemptMsOf };
}
