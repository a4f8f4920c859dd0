import type { Step } from '@cooperage/contracts';
import { isBaseStep } from '@cooperage/domain/predicates';
import { stepState, stepTitle } from './step-groups';

export type WorkKind = 'base' | 'copy' | 'run' | 'builder';

export interface TimelineRow {
  readonly ordinal: number;
  readonly title: string;
  readonly stage: string | null;
  readonly kind: WorkKind;
  /** Milliseconds after the first step began. */
  readonly startMs: number;
  readonly endMs: number;
  readonly cached: boolean;
  readonly failed: boolean;
  /** One of those that had to follow each other: were it shorter, the build would have been. */
  readonly critical: boolean;
}

export interface Timeline {
  readonly rows: readonly TimelineRow[];
  readonly totalMs: number;
  /** Time on the critical path. */
  readonly criticalMs: number;
  /** Most steps that ran at one moment. */
  readonly widest: number;
}

export interface TimeSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/** A step that begins this soon after another one ended may have waited for it. Clocks of steps are a little apart. */
const slackMs = 5;

/** When each step ran, in the order of their beginnings. What still runs ends `nowMs`; what never began is left out. */
export function timelineOf(steps: readonly Step[], nowMs: number): Timeline {
  const begun = steps.flatMap((step) =>
    step.startedAt === null ? [] : [{ step, beganMs: Date.parse(step.startedAt) }],
  );
  const zeroMs = begun.reduce((least, { beganMs }) => Math.min(least, beganMs), Number.POSITIVE_INFINITY);
  const spans = begun
    .map(({ step, beganMs }) => {
      const endedMs = step.completedAt === null ? nowMs : Date.parse(step.completedAt);
      return { step, startMs: beganMs - zeroMs, endMs: Math.max(beganMs, endedMs) - zeroMs };
    })
    .sort((one, other) => one.startMs - other.startMs || one.step.ordinal - other.step.ordinal);
  const path = new Set(criticalPath(spans));
  const rows = spans.map((span, index) => toRow(span.step, span, path.has(index)));
  return {
    rows,
    totalMs: spans.reduce((most, { endMs }) => Math.max(most, endMs), 0),
    criticalMs: spans.reduce((sum, span, index) => sum + (path.has(index) ? lengthOf(span) : 0), 0),
    widest: widestMoment(spans),
  };
}

function toRow(step: Step, { startMs, endMs }: TimeSpan, critical: boolean): TimelineRow {
  const { ordinal, stage, cached } = step;
  return {
    ...{ ordinal, title: stepTitle(step), stage, kind: kindOf(step), startMs, endMs, cached, critical },
    // The builder's own may fail and harm nothing, as when there is no cache to import yet.
    failed: !step.internal && stepState(step, true) === 'failed',
  };
}

function kindOf(step: Step): WorkKind {
  if (step.internal) return 'builder';
  if (isBaseStep(step.name)) return 'base';
  return /^(?:COPY|ADD)\s/i.test(stepTitle(step)) ? 'copy' : 'run';
}

/**
 * Indices of the spans that followed each other up to the last end: before each stands the one that ended last before it
 * began. The builder does not say what waited for what; of what ran one after the other this is the longest chain back.
 * Each span is looked at once: one that ended or began too late stays so, as the chain goes back alone.
 */
export function criticalPath(spans: readonly TimeSpan[]): number[] {
  const lastFirst = spans.map((span, index) => ({ ...span, index })).sort((one, other) => other.endMs - one.endMs);
  const path: number[] = [];
  let beforeMs = Number.POSITIVE_INFINITY;
  for (const { startMs, endMs, index } of lastFirst) {
    if (endMs > beforeMs + slackMs || startMs >= beforeMs) continue;
    path.push(index);
    beforeMs = startMs;
  }
  return path.reverse();
}

function lengthOf(span: TimeSpan): number {
  return span.endMs - span.startMs;
}

function widestMoment(spans: readonly TimeSpan[]): number {
  const moments = spans
    .filter((span) => lengthOf(span) > 0)
    .flatMap(({ startMs, endMs }) => [
      { atMs: startMs, change: 1 },
      { atMs: endMs, change: -1 },
    ])
    .sort((one, other) => one.atMs - other.atMs || one.change - other.change);
  let [now, most] = [0, 0];
  for (const { change } of moments) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}
