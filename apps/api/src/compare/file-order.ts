import type { StepView } from '@cooperage/db';
import { isBaseStep, stepPlace } from '@cooperage/domain';

/**
 * The steps of the Dockerfile as it has them: base images first, then stage by stage in the order in which they began. The
 * builder numbers its steps as it comes upon them, which is from the last one backwards.
 */
export function inFileOrder(steps: readonly StepView[]): StepView[] {
  const own = steps.filter(({ internal }) => !internal);
  const begins = new Map<string, number>();
  for (const step of own) begins.set(stageOf(step), Math.min(beganMs(step), begins.get(stageOf(step)) ?? Infinity));
  const rank = (step: StepView): number[] => [
    isBaseStep(step.name) ? 0 : 1,
    begins.get(stageOf(step)) ?? 0,
    stepPlace(step.name),
    step.ordinal,
  ];
  return own.toSorted((one, other) => byRank(rank(one), rank(other)) || stageOf(one).localeCompare(stageOf(other)));
}

function stageOf({ stage, platform }: StepView): string {
  return JSON.stringify([stage, platform]);
}

/** What never began comes last. */
function beganMs({ startedAt }: StepView): number {
  return startedAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

function byRank(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
