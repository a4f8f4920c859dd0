import {
  firstNeededN,
  LineCounter,
  type LineDelta,
  type LogEntry,
  type LogLine,
  LogLines,
  takeEarlier,
} from '@cooperage/domain/predicates';
import { DrawnSegment, drawSegment } from './drawn-segment';
import { LogMap } from './log-map';

/** A run of entries with what it adds to the lines of each step. */
export interface IndexedRun {
  readonly firstN: number;
  readonly nextN: number;
  readonly deltas: readonly LineDelta[];
}

/** Bytes after which the tail becomes a segment that can be forgotten. */
export const segmentBytes = 65_536;
/** Drawn segments that are kept: a few screens around wherever the reader was. */
export const mostDrawn = 32;

/** Of a line of which nothing is known. */
const emptyLine = {
  text: '',
  runs: null,
  cutCharacters: 0,
  rewrites: 0,
  earlier: null,
  links: null,
  atMs: 0,
  notice: false,
};

/** A line that was left open in a segment and never went on. */
interface LeftOpen {
  readonly step: number;
  readonly stream: LogLine['stream'];
  readonly segment: number;
}

/**
 * A whole log as the page holds it, of any length: a map of where its lines are, the segments that are near the reader,
 * and the tail that is still being written. A line that is not here is missing, and its segment can be asked for.
 */
export class LogDocument {
  private readonly map = new LogMap();
  private readonly drawn = new Map<number, DrawnSegment>();
  private leftOpen: LeftOpen[] = [];
  private tail = new DrawnSegment();
  private tailLines = new LogLines();
  private tailSteps = new Set<number>();
  private counter = new LineCounter();
  private start = { firstN: 0, before: [] as readonly LineDelta[] };
  private bytes = 0;
  private nextN = 0;

  /** Everything that the index covers but its last run, which the tail begins with. @returns the first entry to read. */
  begin(runs: readonly IndexedRun[]): number {
    for (const { firstN, nextN, deltas } of runs.slice(0, -1)) this.map.add(firstN, nextN, deltas);
    const before = this.map.end;
    this.start = { firstN: runs.at(-1)?.firstN ?? 0, before };
    this.tailLines = new LogLines(before);
    this.nextN = firstNeededN(this.start, this.map.segments.at(-1)?.firstN ?? 0);
    this.leftOpen = before.flatMap(({ step, outputs }) =>
      outputs
        .filter(({ openN }) => openN !== null && openN < this.nextN)
        .map(({ stream }) => ({ step, stream, segment: this.map.lastSegmentOf(step, stream) ?? 0 })),
    );
    return this.nextN;
  }

  append(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      if (entry.n < this.start.firstN) takeEarlier(this.start, this.tailLines, entry);
      else this.take(entry);
    }
  }

  /** As they began to print, which is how a person saw it happen; 0, the build as a whole, speaks of the end: last. */
  get steps(): readonly number[] {
    const all = [...new Set([...this.map.steps, ...this.tailSteps])];
    return [...all.filter((step) => step !== 0), ...all.filter((step) => step === 0)];
  }

  get lineCount(): number {
    return this.steps.reduce((sum, step) => sum + this.count(step), 0);
  }

  /** Lines of a step, those that are still being written among them. */
  count(step: number): number {
    return this.finished(step) + this.leftOpenOf(step).length + this.tailLines.unfinished(step).length;
  }

  /** Line by index, from 0. Undefined beyond the end, and for one whose segment is missing. */
  line(step: number, index: number): LogLine | undefined {
    const place = this.map.segmentOf(step, index);
    if (place) return this.drawn.get(place.segment)?.line(step, index - place.first);
    const inTail = index - this.map.lines(step);
    if (inTail < this.tail.count(step)) return this.tail.line(step, inTail);
    return this.openLine(step, inTail - this.tail.count(step));
  }

  /** Segments of these lines that are not here; `to` is exclusive. */
  missing(step: number, from: number, to: number): number[] {
    const open = to > this.finished(step) ? this.leftOpenOf(step).map(({ segment }) => segment) : [];
    return [...this.map.segmentsOf(step, from, to), ...open].filter((segment) => !this.touch(segment));
  }

  /** Entries to fetch for a segment: `from` up to but without `to`. */
  entriesOf(segment: number): { readonly from: number; readonly to: number } {
    const wanted = this.map.segments[segment]!;
    const earliest = this.map.segments[segment - 1]?.firstN ?? wanted.firstN;
    return { from: firstNeededN(wanted, earliest), to: wanted.nextN };
  }

  put(segment: number, entries: readonly LogEntry[]): void {
    const wanted = this.map.segments[segment];
    if (wanted) this.keep(segment, drawSegment(wanted, entries));
  }

  /** Segments whose lines are in memory. */
  get drawnCount(): number {
    return this.drawn.size;
  }

  private take(entry: LogEntry): void {
    this.nextN = entry.n + 1;
    this.bytes += entry.data.length;
    this.tailSteps.add(entry.step);
    this.counter.take(entry);
    this.tailLines.take(entry, (line) => this.tail.add(entry.step, line));
    if (this.leftOpen.length > 0) this.goOn(entry);
    if (this.bytes >= segmentBytes) this.freeze();
  }

  /** A line that was left open and goes on is the tail's from now on; its beginning is too far away to be drawn. */
  private goOn({ step, stream, data }: LogEntry): void {
    if (!data.includes(10) && this.tailLines.isFresh(step, stream)) return;
    this.leftOpen = this.leftOpen.filter((line) => line.step !== step || line.stream !== stream);
  }

  /** The tail becomes a segment; what follows begins a new one, with the same open lines. */
  private freeze(): void {
    const segment = this.map.segments.length;
    this.map.add(this.start.firstN, this.nextN, this.counter.cut());
    this.keep(segment, this.tail.close(this.tailLines, this.tailSteps));
    this.start = { firstN: this.nextN, before: this.map.end };
    this.tail = new DrawnSegment();
    this.tailSteps = new Set();
    this.bytes = 0;
  }

  private keep(segment: number, drawn: DrawnSegment): void {
    this.drawn.delete(segment);
    this.drawn.set(segment, drawn);
    for (const oldest of this.drawn.keys()) {
      if (this.drawn.size <= mostDrawn) break;
      this.drawn.delete(oldest);
    }
  }

  /** What was looked at last is forgotten last. */
  private touch(segment: number): boolean {
    const drawn = this.drawn.get(segment);
    if (drawn) this.keep(segment, drawn);
    return drawn !== undefined;
  }

  private finished(step: number): number {
    return this.map.lines(step) + this.tail.count(step);
  }

  private leftOpenOf(step: number): readonly LeftOpen[] {
    return this.leftOpen.filter((line) => line.step === step);
  }

  private openLine(step: number, index: number): LogLine | undefined {
    const left = this.leftOpenOf(step);
    if (index >= left.length) return this.tailLines.unfinished(step)[index - left.length];
    const { segment, stream } = left[index]!;
    const before = left.slice(0, index).filter((line) => line.segment === segment).length;
    const drawn = this.drawn.get(segment);
    // What it printed last may be nothing that is seen, such as a colour, and its beginning too far away to be drawn.
    return drawn && (drawn.unfinished(step)[before] ?? { ...emptyLine, stream });
  }
}
