import { joinDeltas, type LineDelta, type RunStart } from '@cooperage/domain/predicates';

/** A run of entries that is fetched and drawn as one. */
export interface Segment extends RunStart {
  readonly nextN: number;
  readonly deltas: readonly LineDelta[];
}

export interface StepPart {
  readonly segment: number;
  /** Index in the step of the first line that the segment finishes, from 0. */
  readonly first: number;
}

/** Where the finished lines of each step are: a few numbers for each segment, never the lines themselves. */
export class LogMap {
  readonly segments: Segment[] = [];
  private readonly parts = new Map<number, StepPart[]>();
  private readonly counts = new Map<number, number>();
  private joined: readonly LineDelta[] = [];

  /** Everything in the map, as the start of what comes next. */
  get end(): readonly LineDelta[] {
    return this.joined;
  }

  /** Steps in the order in which they began to print. */
  get steps(): readonly number[] {
    return [...this.counts.keys()];
  }

  add(firstN: number, nextN: number, deltas: readonly LineDelta[]): void {
    const segment = this.segments.length;
    this.segments.push({ firstN, nextN, deltas, before: this.joined });
    for (const { step, lines } of deltas) {
      const first = this.lines(step);
      if (lines > 0) this.partsOf(step).push({ segment, first });
      this.counts.set(step, first + lines);
    }
    this.joined = joinDeltas(this.joined, deltas);
  }

  /** Finished lines of a step. */
  lines(step: number): number {
    return this.counts.get(step) ?? 0;
  }

  /** The segment that finishes a line, by the line's index from 0; null beyond the map. */
  segmentOf(step: number, index: number): StepPart | null {
    if (index < 0 || index >= this.lines(step)) return null;
    const parts = this.parts.get(step) ?? [];
    let low = 0;
    let high = parts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (parts[middle]!.first <= index) low = middle + 1;
      else high = middle;
    }
    return parts[low - 1] ?? null;
  }

  /** Segments that finish any of these lines, in ascending order; `to` is exclusive. */
  segmentsOf(step: number, from: number, to: number): number[] {
    const segments: number[] = [];
    for (const { segment, first } of this.partsFrom(step, from)) {
      if (first >= to) break;
      segments.push(segment);
    }
    return segments;
  }

  /** The last segment in which an output of a step printed. */
  lastSegmentOf(step: number, stream: number): number | null {
    const at = this.segments.findLastIndex(({ deltas }) =>
      deltas.some((delta) => delta.step === step && delta.outputs.some((output) => output.stream === stream)),
    );
    return at === -1 ? null : at;
  }

  private partsOf(step: number): StepPart[] {
    const parts = this.parts.get(step) ?? [];
    this.parts.set(step, parts);
    return parts;
  }

  private partsFrom(step: number, index: number): readonly StepPart[] {
    const parts = this.parts.get(step) ?? [];
    const place = this.segmentOf(step, Math.max(0, index));
    return place === null ? [] : parts.slice(parts.indexOf(place));
  }
}
