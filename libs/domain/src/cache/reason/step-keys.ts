import { createHash } from 'node:crypto';
import { stepPlace, stepTitle } from '../../build/step-title.js';
import type { Digest } from '../../image/digest.js';
import type { CacheFacts, StepOutcome } from './cache-facts.js';
import type { ManifestEntry } from './context-manifest.js';
import { copySelection } from './copy-pattern.js';
import { type PlannedStep, planSteps } from './step-plan.js';

/** A step of a build: what the Dockerfile asks for, what became of it, and everything that its result depends upon. */
export interface KeyedStep {
  readonly plan: PlannedStep;
  /** Null where the builder never came to it. */
  readonly outcome: StepOutcome | null;
  /** Of a base image: its digest. */
  readonly base: Digest | null;
  /** What it takes of the context; null where the context was not recorded. */
  readonly files: readonly ManifestEntry[] | null;
  /** Steps whose results it starts from. */
  readonly parents: readonly KeyedStep[];
  /** Equal exactly when all inputs are, those of the steps before it included; null where one of them is not known. */
  readonly key: string | null;
}

/**
 * Bounds the work of one question over all builds that it asks: entries of a context, times the steps that read it. Whoever
 * asks waits for it, and so does everybody else of the process.
 */
export interface LookBudget {
  looksLeft: number;
}

/** About half a second of work. */
export function lookBudget(): LookBudget {
  return { looksLeft: 500_000 };
}

/** The steps of a build in the order of its Dockerfile; without its context where that is more than is left to look at. */
export function keyedSteps(facts: CacheFacts, budget: LookBudget): KeyedStep[] {
  const plans = planSteps(facts.dockerfile, facts.buildArgs);
  const isAlone = plans.every(({ stage }) => stage === null);
  const outcomes = new Map<string, StepOutcome>();
  for (const step of facts.steps) {
    // The builder names a lone stage where a step of it has a mount, and does not where none has.
    const at = placeOf(isAlone ? null : step.stage, stepPlace(step.name));
    // `COPY --link` is several steps to the builder; the last of them is the one that counts.
    if (stepPlace(step.name) > 0) outcomes.set(at, merged(outcomes.get(at), step));
  }
  const readers = plans.filter(({ reads }) => reads.files === null || reads.files.length > 0).length;
  const context = affordable(facts.context, readers, budget);
  const bases = basesOf(facts.steps);
  const steps: KeyedStep[] = [];
  const ends = new Map<number, KeyedStep>();
  for (const plan of plans) {
    const at = placeOf(plan.stage, plan.place);
    const outcome = outcomes.get(at);
    // Of stages with one name the first is meant; nobody can tell them apart.
    outcomes.delete(at);
    const before = ends.get(plan.stageIndex);
    const others = plan.reads.stages.flatMap((stage) => ends.get(stage) ?? []);
    const parents = before ? [before, ...others] : others;
    const step = keyed(plan, outcome && isSame(plan, outcome) ? outcome : null, context, bases, parents);
    ends.set(plan.stageIndex, step);
    steps.push(step);
  }
  return steps;
}

function affordable(context: CacheFacts['context'], readers: number, budget: LookBudget): CacheFacts['context'] {
  const looks = readers * (context?.length ?? 0);
  if (looks > budget.looksLeft) return null;
  budget.looksLeft -= looks;
  return context;
}

function keyed(
  plan: PlannedStep,
  outcome: StepOutcome | null,
  context: readonly ManifestEntry[] | null,
  bases: ReadonlyMap<string, Digest>,
  parents: readonly KeyedStep[],
): KeyedStep {
  const base = plan.image === null ? null : (bases.get(plan.image.replace(/@.*$/, '')) ?? null);
  const files = filesOf(plan, context);
  const known =
    files !== null && (plan.keyword !== 'from' || base !== null) && parents.every(({ key }) => key !== null);
  const inputs = [
    plan.keyword === 'from' ? base : plan.definition,
    [...plan.variables].toSorted(),
    [...plan.settings].toSorted(),
    files?.map(({ path, mode, blobId }) => [path, mode, blobId]),
    parents.map(({ key }) => key),
  ];
  const key = known ? createHash('sha256').update(JSON.stringify(inputs)).digest('hex') : null;
  return { plan, outcome, base, files, parents, key };
}

/**
 * The builder names a base image with the digest that it found, once for all stages that start from it, and by the name
 * of any of them.
 */
function basesOf(steps: readonly StepOutcome[]): ReadonlyMap<string, Digest> {
  const found = steps.map(({ name }) => /^FROM (\S+?)(?:@(sha256:[0-9a-f]{64}))$/.exec(stepTitle(name)));
  return new Map(found.flatMap((match) => (match ? [[match[1]!, match[2] as Digest] as const] : [])));
}

function filesOf({ reads }: PlannedStep, context: readonly ManifestEntry[] | null): readonly ManifestEntry[] | null {
  if (reads.files?.length === 0) return [];
  return context && (reads.files === null ? context : context.filter(copySelection(reads.files)));
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
  };
}

/** A base image may bring steps of its own (ONBUILD), after which the places are others. */
function isSame({ keyword }: PlannedStep, { name }: StepOutcome): boolean {
  return new RegExp(`^(?:LINK )?${keyword}\\b`, 'i').test(stepTitle(name));
}
