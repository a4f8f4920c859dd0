import { type LineDelta, type LogEntry, LogLines, noticeText, type Sliced } from '@cooperage/domain';
import type { LineMatcher } from './line-matcher.js';

/** What a colour is written with; it changes no character. */
const colours = /\x1b\[[\d;:]*m/g;
/** What may change, move or hide what is beside it. A carriage return before the line feed does not. */
const movers = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)/;
const lineFeed = 10;
/** More steps than any honest log has. What others print is not searched. */
const mostSteps = 16_384;

/**
 * Looks through entries as they come, as a person reads them: without escape sequences, rewritten lines in their last
 * state. Whole lines that hold no more than colours are searched as they are and together, which is most of them.
 */
export class LogSearcher {
  private readonly lines = new LogLines();
  private readonly counts = new Map<number, number>();
  /** Outputs whose last byte was no line feed. */
  private readonly cut = new Set<number>();

  /** @param found is called for each line that is found; lines count from 1 inside their step. */
  constructor(
    private readonly matcher: LineMatcher,
    private readonly found: (step: number, line: number) => void,
  ) {}

  *takeAll(entries: Iterable<LogEntry>): Sliced<void> {
    for (const entry of entries) {
      yield* this.take(entry);
      yield;
    }
  }

  *take(entry: LogEntry): Sliced<void> {
    if (!this.knows(entry.step)) return;
    if (entry.kind === 'notice') this.line(entry.step, noticeText(entry.data));
    else yield* this.takeText(entry);
  }

  /** Passes over entries that hold nothing, and that begin no line which is looked at later. */
  passOver(deltas: readonly LineDelta[]): void {
    for (const { step, lines, outputs } of deltas) {
      if (!this.knows(step)) continue;
      this.counts.set(step, this.countOf(step) + lines);
      for (const { stream } of outputs) {
        this.lines.forget(step, stream);
        this.cut.delete(outputKey(step, stream));
      }
    }
  }

  /** What is left unfinished where the log ends. */
  *end(): Sliced<void> {
    for (const step of [...this.counts.keys()]) {
      yield;
      for (const { text } of this.lines.unfinished(step)) {
        this.line(step, text);
        yield;
      }
    }
  }

  /** The end of a line that began before, whole lines, and the beginning of one. */
  private *takeText(entry: LogEntry): Sliced<void> {
    const { step, stream, data } = entry;
    const last = data.lastIndexOf(lineFeed);
    const isFresh = this.lines.isFresh(step, stream) && !this.cut.has(outputKey(step, stream));
    const first = isFresh ? -1 : data.indexOf(lineFeed);
    if (!isFresh) yield* this.draw(entry, data.subarray(0, first === -1 ? data.length : first + 1));
    if (last !== -1) {
      const whole = data.subarray(first + 1, last + 1);
      if (whole.length > 0 && !(yield* this.takeBlock(step, whole))) yield* this.draw(entry, whole);
      yield* this.draw(entry, data.subarray(last + 1));
    } else if (isFresh) yield* this.draw(entry, data);
    if (last < data.length - 1) this.cut.add(outputKey(step, stream));
    else this.cut.delete(outputKey(step, stream));
  }

  private *takeBlock(step: number, data: Uint8Array): Sliced<boolean> {
    const printed = Buffer.from(data.buffer, data.byteOffset, data.length).toString();
    const text = printed.includes('\x1b') ? printed.replace(colours, '') : printed;
    if (movers.test(text)) return false;
    const before = this.countOf(step);
    const found = (index: number) => this.found(step, before + index + 1);
    this.counts.set(step, before + (yield* this.matcher.findIn(text, found)));
    return true;
  }

  private *draw(entry: LogEntry, data: Uint8Array): Sliced<void> {
    if (data.length === 0) return;
    // A step is known by what it began, so that its unfinished line is asked for at the end.
    this.counts.set(entry.step, this.countOf(entry.step));
    const drawn: string[] = [];
    this.lines.take({ ...entry, data }, ({ text }) => drawn.push(text));
    for (const text of drawn) {
      this.line(entry.step, text);
      yield;
    }
  }

  private line(step: number, text: string): void {
    const number = this.countOf(step) + 1;
    this.counts.set(step, number);
    if (this.matcher.matches(text)) this.found(step, number);
  }

  private knows(step: number): boolean {
    return this.counts.has(step) || this.counts.size < mostSteps;
  }

  private countOf(step: number): number {
    return this.counts.get(step) ?? 0;
  }
}

function outputKey(step: number, stream: number): number {
  return step * 4 + stream;
}
