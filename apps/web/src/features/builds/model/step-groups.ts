import type { Step } from '@cooperage/contracts';
import { isBaseStep, stepTitle as titleOf } from '@cooperage/domain/predicates';
import { formatDuration } from '../../../lib/format/duration';

export type StepState = 'waiting' | 'running' | 'done' | 'reused' | 'failed' | 'stopped' | 'never';

export function stepState(step: Step, buildIsOver: boolean): StepState {
  if (step.error !== null) return stopped.test(step.error) ? 'stopped' : 'failed';
  if (step.cached) return 'reused';
  if (step.completedAt !== null) return 'done';
  if (step.startedAt !== null) return buildIsOver ? 'never' : 'running';
  return buildIsOver ? 'never' : 'waiting';
}

/** What the builder says of steps that it gave up because of another one, or because nobody wants the build any more. */
const stopped = /\bcontext canceled\b/;

/**
 * Ordinal of the step at which an attempt failed. Without a word of the service on it, the first of the Dockerfile's own
 * that failed: the builder's own may fail and harm nothing, as when there is no cache to import yet.
 */
export function failingOrdinal(
  steps: readonly Step[],
  failure: { readonly place: { readonly stepOrdinal?: number } | null } | null | undefined,
): number | null {
  const own = steps.find((step) => !step.internal && stepState(step, true) === 'failed');
  return failure?.place?.stepOrdinal ?? own?.ordinal ?? null;
}

export interface StepGroup {
  readonly title: string;
  readonly steps: readonly Step[];
}

/** What a step does, without the `[stage 2/5]` that the builder puts before it. */
export function stepTitle(step: Pick<Step, 'name'>): string {
  return titleOf(step.name);
}

/** Steps under their stage and platform, as the Dockerfile has them; base images first, the builder's own apart. */
export function groupSteps(steps: readonly Step[]): { own: StepGroup[]; internal: Step[] } {
  const groups = new Map<string, Members>();
  for (const step of steps) {
    if (step.internal) continue;
    const title = groupTitle(step);
    const members = groups.get(title) ?? { steps: [], reused: new Map() };
    groups.set(title, members);
    add(members, step);
  }
  const own = [...groups].map(([title, members]) => ({ title, steps: members.steps.sort(byPlace) }));
  return { own: own.toSorted(byBegin), internal: steps.filter((step) => step.internal) };
}

/** `[build 2/5] ` before the name of a step. */
const place = /^\[(?:[^\]]* )?(\d+)\/\d+\]\s+/;
const baseImages = 'Base images';

/** A base image is shared by all who begin with it, and may carry the name of another build's stage. */
function groupTitle(step: Step): string {
  if (isBaseStep(step.name)) return baseImages;
  const target = step.target && `target ${step.target}`;
  return [target, step.stage, step.platform].filter(Boolean).join(' · ') || 'Steps';
}

interface Members {
  readonly steps: Step[];
  /** Where each reused step stands among them, by its name. */
  readonly reused: Map<string, number>;
}

/** A builder that works for two builds at once may tell of one reused step twice; the one that knows its line is kept. */
function add({ steps, reused }: Members, step: Step): void {
  const twin = step.cached ? reused.get(step.name) : undefined;
  if (twin !== undefined) {
    if (steps[twin]?.startLine === null) steps[twin] = step;
    return;
  }
  if (step.cached) reused.set(step.name, steps.length);
  steps.push(step);
}

function byPlace(one: Step, other: Step): number {
  const index = (step: Step): number => Number(place.exec(step.name)?.[1] ?? 0);
  return index(one) - index(other) || (one.startLine ?? 0) - (other.startLine ?? 0) || one.ordinal - other.ordinal;
}

function byBegin(one: StepGroup, other: StepGroup): number {
  const lines = beginLine(one) - beginLine(other);
  return lines || beganAtMs(one) - beganAtMs(other);
}

function beginLine(group: StepGroup): number {
  if (group.title === baseImages) return 0;
  return group.steps[0]?.startLine ?? Number.MAX_SAFE_INTEGER;
}

function beganAtMs(group: StepGroup): number {
  const starts = group.steps.flatMap((step) => (step.startedAt === null ? [] : [Date.parse(step.startedAt)]));
  return Math.min(...starts, Number.MAX_SAFE_INTEGER);
}

/** Time of a step in milliseconds; null when it has none, or not yet. */
export function stepMs(step: Step): number | null {
  if (step.startedAt === null || step.completedAt === null) return null;
  return Math.max(0, Date.parse(step.completedAt) - Date.parse(step.startedAt));
}

/** The longest of all times, those that are usual too, to compare the others with. */
export function longestMs(steps: readonly Step[]): number {
  return steps.reduce((most, step) => Math.max(most, stepMs(step) ?? 0, step.usualMs ?? 0), 0);
}

/** What became of a step, in words. A base image is looked up, never run, and a reused step says so by its texture too. */
export function stepVerdict(step: Step, state: StepState): string {
  if (isBaseStep(step.name) && (state === 'done' || state === 'reused')) return 'base image';
  return stateWords[state];
}

const stateWords: Readonly<Record<StepState, string>> = {
  waiting: 'waits',
  running: 'running',
  done: 'ran',
  reused: 'reused',
  failed: 'failed',
  stopped: 'stopped',
  never: 'not reached',
};

/** Whether a step did work of its own in this attempt: what `n` and `p` walk. */
export function didRun(step: Step, state: StepState): boolean {
  return (
    !isBaseStep(step.name) && (state === 'done' || state === 'running' || state === 'failed' || state === 'stopped')
  );
}

/** The median beside the time of a step, where they differ enough to be told. */
export function usualWords(step: Step, ms: number | null): string | null {
  if (step.usualMs === null || step.cached || isBaseStep(step.name)) return null;
  const slower = ms !== null && ms > step.usualMs * 1.5 && ms - step.usualMs > 1000;
  return `${slower ? 'slower than usual, ' : 'usual '}${formatDuration(step.usualMs)}`;
}
