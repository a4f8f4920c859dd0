import { type BuildStatus, isFinal, type Phase, phases } from '@cooperage/domain/predicates';
import { spanMs } from '../../../lib/format/duration';

export interface PhaseInput {
  readonly status: BuildStatus;
  readonly queuedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly phases: readonly { readonly phase: Phase; readonly startedAt: string; readonly endedAt: string | null }[];
}

export type SegmentState = 'done' | 'now' | 'failed' | 'stopped' | 'ahead' | 'never';

export interface Segment {
  readonly name: 'queued' | Phase;
  readonly state: SegmentState;
  /** Null for what has not begun. */
  readonly ms: number | null;
  /** Since when, for what goes on. */
  readonly since: string | null;
  /** How much of the bar it gets, on a coarse scale. */
  readonly share: Share;
}

/** The styles know these shares; 1 is the least, for everything that is short or not there. */
export const shares = [1, 2, 3, 4, 6, 8, 12, 16, 24] as const;
export type Share = (typeof shares)[number];

/** The phases of a build side by side, each as wide as it took. A phase that was repeated counts its last time. */
export function phaseBar(build: PhaseInput, nowMs: number): Segment[] {
  const over = isFinal(build.status);
  const end = build.finishedAt;
  const last = build.phases.reduce<PhaseInput['phases'][number] | null>(
    (latest, span) => (latest === null || span.startedAt >= latest.startedAt ? span : latest),
    null,
  );
  const segments = [
    queuedSegment(build, over, nowMs),
    ...phases.map((name) => {
      const span = build.phases.findLast((candidate) => candidate.phase === name);
      if (!span) return segment(name, over ? 'never' : 'ahead', null, null);
      const ended = span.endedAt ?? (over ? end : null);
      const state = ended === null ? 'now' : span === last ? endState(build.status) : 'done';
      return segment(name, state, spanMs(span.startedAt, ended, nowMs), ended === null ? span.startedAt : null);
    }),
  ];
  return withShares(segments);
}

function queuedSegment(build: PhaseInput, over: boolean, nowMs: number): Segment {
  const ended = build.startedAt ?? (over ? build.finishedAt : null);
  const state = ended === null ? 'now' : build.startedAt === null ? endState(build.status) : 'done';
  return segment('queued', state, spanMs(build.queuedAt, ended, nowMs), ended === null ? build.queuedAt : null);
}

/** How the phase in which a build ended looks. */
function endState(status: BuildStatus): SegmentState {
  if (status === 'failed' || status === 'timed_out') return 'failed';
  return status === 'canceled' ? 'stopped' : 'done';
}

function segment(name: Segment['name'], state: SegmentState, ms: number | null, since: string | null): Segment {
  return { name, state, ms, since, share: 1 };
}

function withShares(segments: readonly Segment[]): Segment[] {
  const total = segments.reduce((sum, each) => sum + (each.ms ?? 0), 0);
  return segments.map((each) => ({ ...each, share: toShare(total > 0 ? (each.ms ?? 0) / total : 0) }));
}

function toShare(part: number): Share {
  return shares.findLast((share) => share <= part * 24) ?? 1;
}
