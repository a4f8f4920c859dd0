import { stepTitle } from './step-title.js';

interface NamedStep {
  readonly name: string;
  readonly stage: string | null;
  readonly platform: string | null;
}

/** What a step took in one earlier build in which it ran. */
export interface StepTime extends NamedStep {
  readonly ms: number;
}

/** @returns the median time of a step over the builds in which it ran, in milliseconds; null where it never did. */
export function usualTimes(times: readonly StepTime[]): (step: NamedStep) => number | null {
  const byStep = Map.groupBy(times, keyOf);
  return (step) => median(byStep.get(keyOf(step))?.map(({ ms }) => ms) ?? []);
}

/** Characters of an instruction that tell it from others. A step of a script may have millions, in each of many builds (R25A-4). */
const comparedTitle = 300;
/** Characters of a step's name that have all that is compared, behind the stage and the place in its file. */
export const comparedName = 2 * comparedTitle;

/** The same instruction in the same stage, wherever in its file it stands. */
function keyOf({ name, stage, platform }: NamedStep): string {
  return JSON.stringify([stage, platform, stepTitle(name.slice(0, comparedName)).slice(0, comparedTitle)]);
}

export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return Math.round(sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2);
}
