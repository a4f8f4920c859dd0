import { mergeByKey } from '../../compare/merge-by-key.js';
import type { Digest } from '../../image/digest.js';
import type { EvictionWords } from '../eviction.js';
import type { CacheFacts } from './cache-facts.js';
import { changedFiles, type FileChanges } from './file-changes.js';
import { type KeyedStep, keyedSteps, type LookBudget, lookBudget } from './step-keys.js';

type BuildRef = CacheFacts['build'];

/** The first input of a step that differs, in the words of `design.md`: what made it run. */
export type RunReason =
  /** The build was asked to read no cache. */
  | { readonly kind: 'not_asked' }
  /** No earlier build that it may read from came to this step. */
  | { readonly kind: 'first' }
  /** Null for an instruction that was not there, or is not there any more. */
  | { readonly kind: 'instruction'; readonly before: string | null; readonly after: string | null }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly before: string | null;
      readonly after: string | null;
    }
  /** An image by the name that the Dockerfile has for it, or one that is a named context. */
  | { readonly kind: 'base'; readonly image: string; readonly before: Digest; readonly after: Digest }
  | { readonly kind: 'earlier_step'; readonly ordinal: number; readonly definition: string }
  | ({ readonly kind: 'files' } & FileChanges)
  /** It reads an address or a foreign image, of whose content there is no record. */
  | { readonly kind: 'foreign' }
  /** Nothing differs: the result was in no cache that could be read. */
  | {
      readonly kind: 'not_kept';
      readonly why:
        | 'other_zone'
        | 'other_worker'
        | 'not_exported'
        | 'reset'
        | 'evicted'
        | 'not_read'
        | 'emptied'
        | 'dropped';
      /** Only for `evicted`. */
      readonly eviction?: EvictionWords;
    }
  | { readonly kind: 'unknown'; readonly why: 'no_manifest' | 'not_matched' | 'upon_folder' | 'of_target' };

/** Why one step ran, or which build's result stood for it. */
export interface StepVerdict {
  readonly ordinal: number;
  readonly stage: string | null;
  /** The instruction as written. */
  readonly definition: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly cached: boolean;
  /** What it took; null where it was not asked for. */
  readonly ms: number | null;
  /** Null where it was found in a cache. */
  readonly reason: RunReason | null;
  /** The build whose step it is compared with, or whose result it took. */
  readonly against: BuildRef | null;
}

interface Candidate {
  readonly facts: CacheFacts;
  readonly steps: readonly KeyedStep[];
}

/**
 * Why the steps of a build ran: for each the first input that differs from the build that could have served it: the one that
 * left the cache that was read, then the newest of its worker, then any other.
 * @param earlier builds whose caches it may read, newest first
 * @param budget what may be looked at; what was is taken from it
 */
export function whyStepsRan(
  now: CacheFacts,
  earlier: readonly CacheFacts[],
  budget: LookBudget = lookBudget(),
): StepVerdict[] {
  const steps = keyedSteps(now, budget);
  const candidates = bySource(now, earlier).map((facts) => ({ facts, steps: keyedSteps(facts, budget) }));
  return steps.flatMap((step) => {
    if (!step.outcome || step.plan.keyword === 'from' || !(step.outcome.cached || step.outcome.started)) return [];
    const { stage, definition, startLine, endLine } = step.plan;
    const { ordinal, cached, ms = null } = step.outcome;
    const place = { ordinal, stage, definition, startLine, endLine, cached, ms };
    return [
      { ...place, ...(step.outcome.cached ? servedBy(now, step, candidates) : reasonOf(now, steps, step, candidates)) },
    ];
  });
}

/**
 * A step is found in the cache that was read, or in what the builder has by itself; from nowhere else, though what became of a
 * result that neither holds is told from the others. As given where it is not known what was read.
 */
function bySource(now: CacheFacts, earlier: readonly CacheFacts[]): readonly CacheFacts[] {
  const place = (then: CacheFacts) => (isRead(now, then) ? 0 : couldServe(now, then) ? 1 : 2);
  return now.read === null ? earlier : earlier.toSorted((a, b) => place(a) - place(b));
}

function isRead({ read }: CacheFacts, { build }: CacheFacts): boolean {
  return read !== null && read.from === build.number;
}

function isSameWorker({ workerName }: CacheFacts, then: CacheFacts): boolean {
  return workerName !== null && workerName === then.workerName;
}

function couldServe(now: CacheFacts, then: CacheFacts): boolean {
  return now.read === null || isRead(now, then) || (isSameWorker(now, then) && !now.onEmptied);
}

type Judgement = Pick<StepVerdict, 'reason' | 'against'>;

function servedBy(now: CacheFacts, step: KeyedStep, candidates: readonly Candidate[]): Judgement {
  const ran = nearest(now, candidates, ({ steps }) => withKey(steps, step.key)?.outcome?.cached === false);
  return { reason: null, against: ran?.facts.build ?? null };
}

function reasonOf(
  now: CacheFacts,
  all: readonly KeyedStep[],
  step: KeyedStep,
  candidates: readonly Candidate[],
): Judgement {
  if (now.noCache) return { reason: { kind: 'not_asked' }, against: null };
  if (now.afterReset) return { reason: { kind: 'not_kept', why: 'reset' }, against: null };
  const same = nearest(now, candidates, ({ steps }) => withKey(steps, step.key) !== undefined);
  if (same) return { reason: notKept(now, same.facts), against: same.facts.build };
  const alike = candidates.flatMap(({ facts, steps }) => {
    const before = counterpart(step, all, steps);
    return before ? [{ facts, before }] : [];
  });
  const able = alike.filter(({ facts }) => couldServe(now, facts));
  const near = able.length > 0 ? able : alike;
  const nearby = near.find(({ before }) => isUponTheSame(step, before)) ?? near[0];
  if (nearby) return { reason: firstDifference(step, nearby.before), against: nearby.facts.build };
  const newest = candidates[0];
  return {
    reason: newest ? replaced(step, all, newest.steps) : { kind: 'first' },
    against: newest?.facts.build ?? null,
  };
}

/** Whether both are made upon the same results: one that is not could not have served the step, whatever else is equal. */
function isUponTheSame({ parents }: KeyedStep, before: KeyedStep): boolean {
  return parents.every(({ key }, at) => key !== null && key === before.parents[at]?.key);
}

/** The first that fits; those first that share results with the build in an engine. */
function nearest(
  { space }: CacheFacts,
  candidates: readonly Candidate[],
  fits: (candidate: Candidate) => boolean,
): Candidate | undefined {
  return candidates.find((each) => each.facts.space === space && fits(each)) ?? candidates.find(fits);
}

function withKey(steps: readonly KeyedStep[], key: string | null): KeyedStep | undefined {
  return key === null ? undefined : steps.find((step) => step.key === key && step.outcome?.completed);
}

function notKept(now: CacheFacts, then: CacheFacts): RunReason {
  // The number of the reset is in the space; where that is the same, it is the reset of another zone.
  if (now.space !== then.space)
    return { kind: 'not_kept', why: now.cacheEpoch === then.cacheEpoch ? 'other_zone' : 'reset' };
  const sameWorker = isSameWorker(now, then);
  if (then.cacheExport !== 'done' && !sameWorker)
    return { kind: 'not_kept', why: then.cacheExport === 'none' ? 'other_worker' : 'not_exported' };
  const { evicted } = then;
  if (isRead(now, then) || evicted === null || now.startedAt === null || evicted.at > now.startedAt)
    return { kind: 'not_kept', why: notHeld(now, sameWorker) };
  const { why, unusedDays } = evicted;
  return { kind: 'not_kept', why: 'evicted', eviction: { why, unusedDays } };
}

function notHeld({ onEmptied, read }: CacheFacts, sameWorker: boolean) {
  if (sameWorker && onEmptied) return 'emptied';
  return read === null || sameWorker ? 'dropped' : 'not_read';
}

/** The same instruction of the same stage in another build, where that build came to it. */
function counterpart(step: KeyedStep, all: readonly KeyedStep[], others: readonly KeyedStep[]): KeyedStep | null {
  const isAlike = ({ plan }: KeyedStep) => isSameStage(step, plan) && plan.definition === step.plan.definition;
  const there = others.filter(isAlike);
  // Of the same line written twice it is the one of the same turn.
  const turn = there[all.filter(isAlike).indexOf(step)];
  if (turn?.outcome?.completed) return turn;
  return (
    there.find(({ outcome, plan }) => outcome?.completed && plan.place === step.plan.place) ??
    there.find(({ outcome }) => outcome?.completed) ??
    null
  );
}

function isSameStage({ plan }: KeyedStep, other: KeyedStep['plan']): boolean {
  return plan.stage === null || other.stage === null
    ? plan.stageIndex === other.stageIndex
    : plan.stage === other.stage;
}

/** In the order in which the builder would have come upon them. */
function firstDifference(step: KeyedStep, before: KeyedStep): RunReason {
  return (
    movedBase(step, before) ??
    ranBefore(step) ??
    ranInTarget(step) ??
    missingBefore(step, before) ??
    changedSetting(step, before) ??
    changedVariable(step, before) ??
    filesOfBoth(step, before) ??
    withoutDifference(step)
  );
}

function withoutDifference({ plan, neverFound, ofTarget }: KeyedStep): RunReason {
  if (ofTarget) return { kind: 'unknown', why: 'of_target' };
  if (neverFound) return { kind: 'unknown', why: 'upon_folder' };
  return plan.reads.foreign ? { kind: 'foreign' } : { kind: 'unknown', why: 'not_matched' };
}

function movedBase(step: KeyedStep, before: KeyedStep): RunReason | null {
  for (const [index, { base, plan }] of step.parents.entries()) {
    const then = before.parents[index]?.base;
    if (base && then && base !== then) return { kind: 'base', image: plan.image ?? '', before: then, after: base };
  }
  for (const [name, after] of step.images) {
    const then = before.images.get(name);
    if (after && then && after !== then) return { kind: 'base', image: name, before: then, after };
  }
  return null;
}

function ranBefore(step: KeyedStep): RunReason | null {
  const ran = step.parents.find(({ plan, outcome }) => plan.keyword !== 'from' && outcome?.cached === false);
  return ran ? { kind: 'earlier_step', ordinal: ran.outcome!.ordinal, definition: ran.plan.definition } : null;
}

/** Then nothing of its own need differ, and what does may not be why. */
function ranInTarget({ targetRan }: KeyedStep): RunReason | null {
  return targetRan ? { kind: 'unknown', why: 'of_target' } : null;
}

/** An instruction before this one is gone, or the last one of a stage that it reads, and with it what this one was made from. */
function missingBefore(step: KeyedStep, before: KeyedStep): RunReason | null {
  for (const [index, then] of before.parents.entries()) {
    const gone = goneSince(then, step.parents[index]);
    if (gone !== null) return { kind: 'instruction', before: gone, after: null };
  }
  return null;
}

/** Where a line stands twice in a row, one of the two may be gone: then what is before them tells. */
function goneSince(then: KeyedStep | undefined, now: KeyedStep | undefined): string | null {
  if (!then || then.plan.keyword === 'from') return null;
  if (then.plan.definition !== now?.plan.definition) return then.plan.definition;
  return then.key === now.key ? null : goneSince(then.parents[0], now.parents[0]);
}

function changedSetting(step: KeyedStep, before: KeyedStep): RunReason | null {
  const change = firstChange(before.plan.settings, step.plan.settings);
  const text = (name: string, value: string | null) => value && `${name} ${value}`;
  return (
    change && {
      kind: 'instruction',
      before: text(change.name, change.before),
      after: text(change.name, change.after),
    }
  );
}

function changedVariable(step: KeyedStep, before: KeyedStep): RunReason | null {
  const change = firstChange(before.plan.variables, step.plan.variables);
  return change && { kind: 'variable', ...change };
}

function firstChange(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) {
  const name = [...new Set([...before.keys(), ...after.keys()])].find((each) => before.get(each) !== after.get(each));
  return name === undefined ? null : { name, before: before.get(name) ?? null, after: after.get(name) ?? null };
}

function filesOfBoth(step: KeyedStep, before: KeyedStep): RunReason | null {
  if (step.files === null || before.files === null) return { kind: 'unknown', why: 'no_manifest' };
  const changes = changedFiles(before.files, step.files);
  return changes && { kind: 'files', ...changes };
}

/** No build has this instruction: what stands at its place there, or nothing. */
function replaced(step: KeyedStep, all: readonly KeyedStep[], others: readonly KeyedStep[]): RunReason {
  const own = all.filter(({ plan }) => plan.stageIndex === step.plan.stageIndex);
  const stage = others.filter(({ plan }) => isSameStage(step, plan));
  if (stage.some(({ plan }) => plan.definition === step.plan.definition)) return { kind: 'first' };
  const pairs = mergeByKey(stage, own, ({ plan }) => plan.definition);
  const at = pairs.findIndex(({ b }) => b === step);
  const [gone] = [pairs[at - 1], pairs[at + 1]].filter(
    (pair) => pair?.a && !pair.b && pair.a.plan.keyword === step.plan.keyword,
  );
  return { kind: 'instruction', before: gone?.a?.plan.definition ?? null, after: step.plan.definition };
}
