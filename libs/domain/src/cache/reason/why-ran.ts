import { mergeByKey } from '../../compare/merge-by-key.js';
import { atOnce, type Sliced } from '../../share/in-turns.js';
import type { CacheFacts, StepOutcome } from './cache-facts.js';
import { firstDifference } from './first-difference.js';
import type { RunReason } from './run-reason.js';
import { type LookBudget, lookBudget } from './step-files.js';
import { type KeyedStep, keyedSteps } from './step-keys.js';
import { wasReached } from './step-outcomes.js';

type BuildRef = CacheFacts['build'];

/** Why one step ran, or which build's result stood for it. */
export interface StepVerdict {
  readonly ordinal: number;
  /** Of which other target of the definition; null for the build's own Dockerfile. */
  readonly target: string | null;
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

/** Steps that may be compared with each other in one question: some seconds of work, for Dockerfiles that are made for it. */
const mostPairs = 30_000_000;

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
  return atOnce(whyStepsRanSliced(now, earlier, budget));
}

/** The same in pieces, for those who do other work beside it: builds decide how much there is to compare. */
export function* whyStepsRanSliced(
  now: CacheFacts,
  earlier: readonly CacheFacts[],
  budget: LookBudget = lookBudget(),
): Sliced<StepVerdict[]> {
  const steps = yield* keyedSteps(now, budget);
  const candidates: Candidate[] = [];
  for (const facts of bySource(now, earlier)) candidates.push({ facts, steps: yield* keyedSteps(facts, budget) });
  const pairs = candidates.reduce((sum, candidate) => sum + candidate.steps.length, steps.length);
  let pairsLeft = mostPairs;
  const verdicts: StepVerdict[] = [];
  for (const step of steps) {
    const { target, outcome, isShared } = step;
    if (step.plan.keyword === 'from' || isShared || !wasReached(outcome)) continue;
    yield;
    const { stage, definition, startLine, endLine } = step.plan;
    const { ordinal, cached, ms = null } = outcome;
    const place = { ordinal, target, stage, definition, startLine, endLine, cached, ms };
    pairsLeft -= pairs;
    const judge = pairsLeft < 0 ? tooMany : cached ? servedBy : reasonOf;
    verdicts.push({ ...place, ...judge(now, steps, step, candidates) });
  }
  return verdicts;
}

function tooMany(_now: CacheFacts, _all: readonly KeyedStep[], { outcome }: KeyedStep): Judgement {
  return { reason: outcome?.cached ? null : { kind: 'unknown', why: 'no_manifest' }, against: null };
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

function servedBy(
  now: CacheFacts,
  _all: readonly KeyedStep[],
  step: KeyedStep,
  candidates: readonly Candidate[],
): Judgement {
  const ran = nearest(now, candidates, ({ steps }) => withKey(steps, step.key)?.outcome?.cached === false);
  return { reason: null, against: ran?.facts.build ?? null };
}

function reasonOf(
  now: CacheFacts,
  all: readonly KeyedStep[],
  step: KeyedStep,
  candidates: readonly Candidate[],
): Judgement {
  if (step.noCache) return { reason: { kind: 'not_asked' }, against: null };
  if (now.afterReset) return { reason: { kind: 'not_kept', why: 'reset' }, against: null };
  const same = nearest(now, candidates, ({ steps }) => withKey(steps, step.key) !== undefined);
  if (same) {
    const isAtOnce = beganBefore(step.outcome, withKey(same.steps, step.key)!.outcome);
    return { reason: notKept(now, same.facts, isAtOnce), against: same.facts.build };
  }
  const apart = candidates.find(({ steps }) => isOfOtherZone(step, steps));
  if (apart) return { reason: keptApart(now, apart.facts), against: apart.facts.build };
  const alike = candidates.flatMap(({ facts, steps }) => {
    const before = counterpart(step, all, steps);
    return before ? [{ facts, before }] : [];
  });
  const able = alike.filter(({ facts }) => couldServe(now, facts));
  const near = able.length > 0 ? able : alike;
  const nearby = near.find(({ before }) => isUponTheSame(step, before)) ?? near[0];
  if (nearby) return { reason: firstDifference(step, nearby.before), against: nearby.facts.build };
  const newest = candidates.find(
    ({ steps }) => step.target === null || steps.some(({ target }) => target === step.target),
  );
  if (newest) return { reason: replaced(step, all, newest.steps), against: newest.facts.build };
  const unrecorded = candidates.find(({ facts }) => facts.steps.some(({ target }) => target === step.target));
  if (unrecorded) return { reason: { kind: 'unknown', why: 'of_target' }, against: unrecorded.facts.build };
  return { reason: { kind: 'first' }, against: null };
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

/** Whether another zone has a result of the step, which has a mount that zones do not share. */
function isOfOtherZone({ unmarked }: KeyedStep, steps: readonly KeyedStep[]): boolean {
  return unmarked !== null && steps.some((step) => step.unmarked === unmarked && step.outcome?.completed);
}

function keptApart(now: CacheFacts, then: CacheFacts): RunReason {
  return now.space === then.space ? { kind: 'not_kept', why: 'zone_mounts' } : notKept(now, then, false);
}

/** Whether one step began before the other had ended. */
function beganBefore(one: StepOutcome | null, other: StepOutcome | null): boolean {
  const [began, ended] = [one?.startedMs ?? null, other?.endedMs ?? null];
  return began !== null && ended !== null && began < ended;
}

function notKept(now: CacheFacts, then: CacheFacts, isAtOnce: boolean): RunReason {
  // The number of the reset is in the space; where that is the same, it is the reset of another zone.
  if (now.space !== then.space)
    return { kind: 'not_kept', why: now.cacheEpoch === then.cacheEpoch ? 'other_zone' : 'reset' };
  if (isAtOnce) return { kind: 'not_kept', why: 'at_once' };
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
  const isAlike = (other: KeyedStep) => isSameStage(step, other) && other.plan.definition === step.plan.definition;
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

function isSameStage({ target, plan }: KeyedStep, other: KeyedStep): boolean {
  if (target !== other.target) return false;
  return plan.stage === null || other.plan.stage === null
    ? plan.stageIndex === other.plan.stageIndex
    : plan.stage === other.plan.stage;
}

/** No build has this instruction: what stands at its place there, or nothing. */
function replaced(step: KeyedStep, all: readonly KeyedStep[], others: readonly KeyedStep[]): RunReason {
  const own = all.filter(({ target, plan }) => target === step.target && plan.stageIndex === step.plan.stageIndex);
  const stage = others.filter((other) => isSameStage(step, other));
  if (stage.some(({ plan }) => plan.definition === step.plan.definition)) return { kind: 'first' };
  const pairs = mergeByKey(stage, own, ({ plan }) => plan.definition);
  const at = pairs.findIndex(({ b }) => b === step);
  const [gone] = [pairs[at - 1], pairs[at + 1]].filter(
    (pair) => pair?.a && !pair.b && pair.a.plan.keyword === step.plan.keyword,
  );
  return { kind: 'instruction', before: gone?.a?.plan.definition ?? null, after: step.plan.definition };
}
