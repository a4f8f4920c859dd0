import { createHash } from 'node:crypto';
import { isBaseStep, stepPlace, stepTitle } from '../../build/step-title.js';
import type { Digest } from '../../image/digest.js';
import type { CacheFacts, NamedContextFact, StepOutcome } from './cache-facts.js';
import { entriesOf, type ManifestEntry, namedEntries } from './context-manifest.js';
import { copySelection } from './copy-pattern.js';
import { type PlannedStep, planSteps } from './step-plan.js';

/** A step of a build: what the Dockerfile asks for, what became of it, and everything that its result depends upon. */
export interface KeyedStep {
  readonly plan: PlannedStep;
  /** Null where the builder never came to it. */
  readonly outcome: StepOutcome | null;
  /** Of a base image: its digest. */
  readonly base: Digest | null;
  /** What it takes of the context and of named folders; null where the context was not recorded. */
  readonly files: readonly ManifestEntry[] | null;
  /** Of images that are named contexts and that it reads: name to digest, null where the builder did not tell. */
  readonly images: ReadonlyMap<string, Digest | null>;
  /** It is made upon a folder, and BuildKit finds no such result again: a folder has another key in each build. */
  readonly neverFound: boolean;
  /** It starts from or copies from other targets, of whose inputs there is no record. */
  readonly ofTarget: boolean;
  /** A step of one of those ran. */
  readonly targetRan: boolean;
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
  const named = facts.namedContexts ?? new Map<string, NamedContextFact>();
  const plans = planSteps(facts.dockerfile, facts.buildArgs, new Set(named.keys()));
  const isAlone = plans.every(({ stage }) => stage === null);
  const outcomes = new Map<string, StepOutcome>();
  for (const step of facts.steps) {
    if (step.target) continue;
    // The builder names a lone stage where a step of it has a mount, and does not where none has.
    const at = placeOf(isAlone ? null : step.stage, stepPlace(step.name));
    // `COPY --link` is several steps to the builder; the last of them is the one that counts.
    if (stepPlace(step.name) > 0) outcomes.set(at, merged(outcomes.get(at), step));
  }
  const readers = plans.reduce((sum, { reads }) => sum + (reads.files?.length === 0 ? 0 : 1) + reads.named.length, 0);
  const context = affordable(facts.context, readers, budget);
  const own = context && ownEntries(context, named);
  const sources = { context, bases: basesOf(facts.steps), named, own, targetsRan: targetsThatRan(facts.steps) };
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
    const step = keyed(plan, outcome && isSame(plan, outcome) ? outcome : null, sources, parents);
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

/** What the steps of a build are made from beside each other. */
interface Sources {
  readonly context: CacheFacts['context'];
  /** The context without the named folders. */
  readonly own: CacheFacts['context'];
  readonly bases: ReadonlyMap<string, Digest>;
  readonly named: ReadonlyMap<string, NamedContextFact>;
  readonly targetsRan: ReadonlySet<string>;
}

function keyed(
  plan: PlannedStep,
  outcome: StepOutcome | null,
  sources: Sources,
  parents: readonly KeyedStep[],
): KeyedStep {
  const { bases, named, targetsRan } = sources;
  const base = plan.image === null ? null : (bases.get(plan.image.replace(/@.*$/, '')) ?? null);
  const images = new Map<string, Digest | null>();
  for (const { name } of plan.reads.named) {
    const fact = named.get(name);
    if (fact?.kind === 'image') images.set(name, fact.digest);
  }
  const targets = plan.reads.named.flatMap(({ name }) => targetsOf(named.get(name)));
  const [ofTarget, targetRan] = [targets.length > 0, targets.some((target) => targetsRan.has(target))];
  const files = filesOf(plan, sources);
  const neverFound = plan.reads.named.some(({ name, isStart }) => isStart && named.get(name)?.kind === 'folder');
  const known =
    files !== null &&
    !neverFound &&
    !ofTarget &&
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
  const key = known ? createHash('sha256').update(JSON.stringify(inputs)).digest('hex') : null;
  return { plan, outcome, base, files, images, neverFound, ofTarget, targetRan, parents, key };
}

function targetsOf(fact: NamedContextFact | undefined): string[] {
  return fact?.kind === 'target' ? [...fact.targets] : [];
}

function targetsThatRan(steps: readonly StepOutcome[]): ReadonlySet<string> {
  const ran = steps.filter(({ name, started, cached }) => started && !cached && !isBaseStep(name));
  return new Set(ran.flatMap(({ target }) => target ?? []));
}

/**
 * The builder names a base image with the digest that it found, once for all stages that start from it, and by the name
 * of any of them.
 */
function basesOf(steps: readonly StepOutcome[]): ReadonlyMap<string, Digest> {
  const found = steps.map(({ name }) => /^FROM (\S+?)(?:@(sha256:[0-9a-f]{64}))$/.exec(stepTitle(name)));
  return new Map(found.flatMap((match) => (match ? [[match[1]!, match[2] as Digest] as const] : [])));
}

function filesOf({ reads }: PlannedStep, { context, own: all, named }: Sources): readonly ManifestEntry[] | null {
  const folders = reads.named.filter(({ name }) => named.get(name)?.kind === 'folder');
  if (reads.files?.length === 0 && folders.length === 0) return [];
  if (context === null || all === null) return null;
  const own = reads.files?.length === 0 ? [] : selected(all, reads.files);
  const others = folders.flatMap(({ name, files }) => namedEntries(name, selected(entriesOf(context, name), files)));
  return [...own, ...others];
}

/** Most builds have no named context, and theirs may be large. */
function ownEntries(context: readonly ManifestEntry[], named: Sources['named']): readonly ManifestEntry[] {
  return named.size === 0 ? context : entriesOf(context, null);
}

function selected(entries: readonly ManifestEntry[], sources: readonly string[] | null): readonly ManifestEntry[] {
  return sources === null ? entries : entries.filter(copySelection(sources));
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
  };
}

/** A base image may bring steps of its own (ONBUILD), after which the places are others. */
function isSame({ keyword }: PlannedStep, { name }: StepOutcome): boolean {
  return new RegExp(`^(?:LINK )?${keyword}\\b`, 'i').test(stepTitle(name));
}
