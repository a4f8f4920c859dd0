import { isBaseStep, stepPlace, stepTitle } from '../../build/step-title.js';
import type { Digest } from '../../image/digest.js';
import type { StepOutcome } from './cache-facts.js';
import type { PlannedPart } from './planned-parts.js';
import type { PlannedStep } from './step-plan.js';

/** What the builder told of the steps of one Dockerfile, by their places in it. */
export class StepOutcomes {
  private readonly byPlace = new Map<string, StepOutcome>();

  constructor({ target, plan }: PlannedPart, steps: readonly StepOutcome[]) {
    const isAlone = plan.steps.every(({ stage }) => stage === null);
    for (const step of steps) {
      if ((step.target ?? null) !== target || stepPlace(step.name) === 0) continue;
      // The builder names a lone stage where a step of it has a mount, and does not where none has.
      const at = placeOf(isAlone ? null : step.stage, stepPlace(step.name));
      // `COPY --link` is several steps to the builder; the last of them is the one that counts.
      this.byPlace.set(at, merged(this.byPlace.get(at), step));
    }
  }

  /** Null where the builder told of none. Of stages with one name the first is meant; nobody can tell them apart. */
  take(plan: PlannedStep): StepOutcome | null {
    const at = placeOf(plan.stage, plan.place);
    const outcome = this.byPlace.get(at);
    this.byPlace.delete(at);
    return outcome && isSame(plan, outcome) ? outcome : null;
  }
}

function placeOf(stage: string | null, place: number): string {
  return `${stage ?? ''} ${place}`;
}

function merged(first: StepOutcome | undefined, second: StepOutcome): StepOutcome {
  if (!first) return second;
  return {
    ...first,
    cached: first.cached && second.cached,
    started: first.started || second.started,
    completed: first.completed && second.completed,
    ms: (first.ms ?? 0) + (second.ms ?? 0),
    startedMs: outermost(Math.min, first.startedMs, second.startedMs),
    endedMs: outermost(Math.max, first.endedMs, second.endedMs),
  };
}

type Time = StepOutcome['startedMs'];

function outermost(pick: (...times: number[]) => number, ...times: Time[]): number | null {
  const known = times.filter((time) => time !== null && time !== undefined);
  return known.length > 0 ? pick(...known) : null;
}

/** A base image may bring steps of its own (ONBUILD), after which the places are others. */
function isSame({ keyword }: PlannedStep, { name }: StepOutcome): boolean {
  return new RegExp(`^(?:LINK )?${keyword}\\b`, 'i').test(stepTitle(name));
}

/** The builder came to it. */
export function wasReached(outcome: StepOutcome | null): outcome is StepOutcome {
  return outcome !== null && (outcome.cached || outcome.started);
}

/** Names of the targets of which a step ran. */
export function targetsThatRan(steps: readonly StepOutcome[]): ReadonlySet<string> {
  const ran = steps.filter(({ name, started, cached }) => started && !cached && !isBaseStep(name));
  return new Set(ran.flatMap(({ target }) => target ?? []));
}

/**
 * The builder names a base image with the digest that it found, once for all stages that start from it, and by the name
 * of any of them.
 */
export function basesOf(steps: readonly StepOutcome[]): ReadonlyMap<string, Digest> {
  const found = steps.map(({ name }) => /^FROM (\S+?)(?:@(sha256:[0-9a-f]{64}))$/.exec(stepTitle(name)));
  return new Map(found.flatMap((match) => (match ? [[match[1]!, match[2] as Digest] as const] : [])));
}
