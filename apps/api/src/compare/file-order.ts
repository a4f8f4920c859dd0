import type { StepView } from '@cooperage/db';
import { isBaseStep, stepPlace } from '@cooperage/domain';

/**
 * The steps of the Dockerfile as it has them: base images first, then stage by stage in the order in which they began. The
 * builder numbers its steps as it comes upon them, which is from the last one backwards.
 */
export function inFileOrder(steps: readonly StepView[]): StepView[] {
  const own = steps.filter(({ internal }) => !internal).map((step) => ({ step, stage: stageOf(step) }));
  const begins = new Map<string, number>();
  for (const { step, stage } of own) begins.set(stage, Math.min(beganMs(step), begins.get(stage) ?? Infinity));
  // Once for each: a build may have thousands, and comparing looks at each of them many times.
  const ranked = own.map(({ step, stage }) => ({
    ...{ step, stage },
    rank: [isBaseStep(step.name) ? 0 : 1, begins.get(stage) ?? 0, stepPlace(step.name), step.ordinal],
  }));
  return ranked
    .toSorted((one, other) => byRank(one.rank, other.rank) || one.stage.localeCompare(other.stage))
    .map(({ step }) => step);
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
