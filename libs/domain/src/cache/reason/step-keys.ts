import { createHash } from 'node:crypto';
import type { Digest } from '../../image/digest.js';
import type { Sliced } from '../../share/in-turns.js';
import type { CacheFacts, NamedContextFact, StepOutcome } from './cache-facts.js';
import type { ManifestEntry } from './context-manifest.js';
import { type PlannedPart, plannedParts } from './planned-parts.js';
import { type LookBudget, PartFiles } from './step-files.js';
import { basesOf, StepOutcomes, targetsThatRan, wasReached } from './step-outcomes.js';
import { type PlannedStep, stageAt } from './step-plan.js';

/** A step of a build: what the Dockerfile asks for, what became of it, and everything that its result depends upon. */
export interface KeyedStep {
  /** Of which other target of the definition; null for the build's own Dockerfile. */
  readonly target: string | null;
  readonly plan: PlannedStep;
  /** Null where the builder never came to it. */
  readonly outcome: StepOutcome | null;
  /** The builder did it once for this and for an equal step before it, and told of it as of that. */
  readonly isShared: boolean;
  /** It was to run whatever is kept. */
  readonly noCache: boolean;
  /** Of a base image: its digest. */
  readonly base: Digest | null;
  /** What it takes of the context and of named folders; null where the context was not recorded. */
  readonly files: readonly ManifestEntry[] | null;
  /** Of images that are named contexts and that it reads: name to digest, null where the builder did not tell. */
  readonly images: ReadonlyMap<string, Digest | null>;
  /** It is made upon a folder, and BuildKit finds no such result again: a folder has another key in each build. */
  readonly neverFound: boolean;
  /** Of other targets that it starts from or copies from, by the name of the context. */
  readonly takes: ReadonlyMap<string, TakenTarget>;
  /** A step ran of a target that it takes, and of whose inputs there is no record. */
  readonly targetRan: boolean;
  /** Steps whose results it starts from. */
  readonly parents: readonly KeyedStep[];
  /** Equal exactly when all inputs are, those of the steps before it included; null where one of them is not known. */
  readonly key: string | null;
  /** The same without the mark of its zone: zones have other results of it, and what is made upon it tells of those. */
  readonly unmarked: string | null;
}

export interface TakenTarget {
  readonly target: string;
  /** The step that its result is; null where there is none, or no record of its inputs. */
  readonly end: KeyedStep | null;
}

/**
 * The steps of a build in the order of its Dockerfiles, those of other targets before those that take them; without the context
 * of one where that is more than is left to look at.
 */
export function* keyedSteps(facts: CacheFacts, budget: LookBudget): Sliced<KeyedStep[]> {
  const parts = yield* plannedParts(facts);
  // The build's own first, then those that it takes.
  const files = new Map(parts.toReversed().map((part) => [part, PartFiles.within(budget, part)]));
  const bases = basesOf(facts.steps);
  const targetsRan = targetsThatRan(facts.steps);
  const results = new Map<string, KeyedStep | null>();
  const known = new Map<string, StepOutcome>();
  const all: KeyedStep[] = [];
  for (const part of parts) {
    const named: Named = part.facts.namedContexts ?? new Map();
    const sources = { part, files: files.get(part)!, bases, named, results, targetsRan, known, mark: facts.mark };
    const { steps, ends } = yield* stepsOfPart(sources, new StepOutcomes(part, facts.steps));
    if (part.target !== null) results.set(part.target, endOf(sources, ends));
    for (const step of steps) all.push(step);
  }
  return all;
}

function* stepsOfPart(
  sources: Sources,
  outcomes: StepOutcomes,
): Sliced<{ steps: KeyedStep[]; ends: Map<number, KeyedStep> }> {
  const steps: KeyedStep[] = [];
  const ends = new Map<number, KeyedStep>();
  for (const plan of sources.part.plan.steps) {
    const before = ends.get(plan.stageIndex);
    const others = plan.reads.stages.flatMap((stage) => ends.get(stage) ?? []);
    const step = yield* keyed(plan, outcomes.take(plan), sources, before ? [before, ...others] : others);
    ends.set(plan.stageIndex, step);
    steps.push(step);
    yield;
  }
  return { steps, ends };
}

/** What a target comes to; it may hand on what another one comes to. */
function endOf({ part, named, results }: Sources, ends: ReadonlyMap<number, KeyedStep>): KeyedStep | null {
  const stage = stageAt(part.plan, part.stage);
  if (!stage) return null;
  if (stage.startsFrom === null) return ends.get(stage.end) ?? null;
  const handedOn = named.get(stage.startsFrom);
  return handedOn?.kind === 'target' ? (results.get(handedOn.target) ?? null) : null;
}

type Named = ReadonlyMap<string, NamedContextFact>;

/** What the steps of a Dockerfile are made from beside each other. */
interface Sources {
  readonly part: PlannedPart;
  readonly files: PartFiles;
  readonly bases: ReadonlyMap<string, Digest>;
  readonly named: Named;
  /** Of targets before it that are recorded. */
  readonly results: ReadonlyMap<string, KeyedStep | null>;
  readonly targetsRan: ReadonlySet<string>;
  /** What became of steps before it, by their keys. */
  readonly known: Map<string, StepOutcome>;
  readonly mark: CacheFacts['mark'];
}

function* keyed(
  plan: PlannedStep,
  told: StepOutcome | null,
  sources: Sources,
  before: readonly KeyedStep[],
): Sliced<KeyedStep> {
  const { part, bases, named, targetsRan, mark } = sources;
  const base = plan.image === null ? null : (bases.get(plan.image.replace(/@.*$/, '')) ?? null);
  const images = new Map<string, Digest | null>();
  for (const { name } of plan.reads.named) {
    const fact = named.get(name);
    if (fact?.kind === 'image') images.set(name, fact.digest);
  }
  const { takes, unrecorded } = takenBy(plan, sources);
  const parents = [...before, ...[...takes.values()].flatMap(({ end }) => end ?? [])];
  const files = yield* sources.files.of(plan);
  const neverFound = plan.reads.named.some(({ name, isStart }) => isStart && named.get(name)?.kind === 'folder');
  const isKnown =
    files !== null &&
    !neverFound &&
    [...takes.values()].every(({ end }) => end !== null) &&
    (plan.keyword !== 'from' || base !== null) &&
    [...images.values()].every((digest) => digest !== null) &&
    parents.every(({ key }) => key !== null);
  const inputs = [
    plan.keyword === 'from' ? base : plan.definition,
    [...plan.variables].toSorted(),
    [...plan.settings].toSorted(),
    files?.map(({ path, mode, blobId }) => [path, mode, blobId]),
    [...images],
    parents.map(({ key }) => key),
  ];
  const unmarked = isKnown ? hashOf(inputs) : null;
  const key = unmarked !== null && plan.reads.unkeyed && mark !== null ? hashOf([unmarked, mark]) : unmarked;
  return {
    ...{ target: part.target, plan, ...outcomeOf(told, key, sources), noCache: part.facts.noCache },
    ...{ base, files, images, neverFound, takes, parents, key, unmarked },
    targetRan: unrecorded.some((target) => targetsRan.has(target)),
  };
}

function hashOf(inputs: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
}

function takenBy({ reads }: PlannedStep, { named, results }: Sources) {
  const takes = new Map<string, TakenTarget>();
  const unrecorded: string[] = [];
  for (const { name } of reads.named) {
    const fact = named.get(name);
    if (fact?.kind !== 'target') continue;
    const end = results.get(fact.target) ?? null;
    takes.set(name, { target: fact.target, end });
    if (end === null) unrecorded.push(...fact.targets);
  }
  return { takes, unrecorded };
}

function outcomeOf(told: StepOutcome | null, key: string | null, { known }: Sources) {
  const same = key === null ? undefined : known.get(key);
  if (same && !wasReached(told)) return { outcome: same, isShared: true };
  if (key !== null && wasReached(told)) known.set(key, told);
  return { outcome: told, isShared: false };
}
