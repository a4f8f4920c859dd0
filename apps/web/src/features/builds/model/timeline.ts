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
  const zeroMs = Math.min(...begun.map(({ beganMs }) => beganMs));
  const spans = begun
    .map(({ step, beganMs }) => {
      const endedMs = step.completedAt === null ? nowMs : Date.parse(step.completedAt);
      return { step, startMs: beganMs - zeroMs, endMs: Math.max(beganMs, endedMs) - zeroMs };
    })
    .sort((one, other) => one.startMs - other.startMs || one.step.ordinal - other.step.ordinal);
  const path = criticalPath(spans);
  const rows = spans.map((span, index) => toRow(span.step, span, path.includes(index)));
  return {
    rows,
    totalMs: Math.max(0, ...spans.map(({ endMs }) => endMs)),
    criticalMs: path.reduce((sum, index) => sum + lengthOf(spans[index]), 0),
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
 */
export function criticalPath(spans: readonly TimeSpan[]): number[] {
  const path: number[] = [];
  let next = lastToEnd(spans, Number.POSITIVE_INFINITY, new Set());
  const taken = new Set<number>();
  while (next !== -1) {
    path.unshift(next);
    taken.add(next);
    next = lastToEnd(spans, spans[next]!.startMs, taken);
  }
  return path;
}

function lastToEnd(spans: readonly TimeSpan[], beforeMs: number, taken: ReadonlySet<number>): number {
  let found = -1;
  for (const [index, span] of spans.entries()) {
    const fits = span.endMs <= beforeMs + slackMs && span.startMs < beforeMs && !taken.has(index);
    if (fits && (found === -1 || span.endMs > spans[found]!.endMs)) found = index;
  }
  return found;
}

function lengthOf(span: TimeSpan | undefined): number {
  return span ? span.endMs - span.startMs : 0;
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
