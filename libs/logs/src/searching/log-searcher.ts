import { type LogEntry, LogLines, noticeText, type RunStart, takeEarlier } from '@cooperage/domain';
import type { LineMatcher } from './line-matcher.js';

/** What a colour is written with; it changes no character. */
const colours = /\x1b\[[\d;:]*m/g;
/** What may change, move or hide what is beside it. A carriage return before the line feed does not. */
const movers = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)/;

/**
 * Looks through entries as they come, as a person reads them: without escape sequences, rewritten lines in their last
 * state. Entries that hold whole lines and no more than colours are searched as they are, which is most of them.
 */
export class LogSearcher {
  private readonly lines: LogLines;
  private readonly counts: Map<number, number>;

  /** @param found is called for each line that is found; lines count from 1 inside their step. */
  constructor(
    private readonly matcher: LineMatcher,
    private readonly start: RunStart,
    private readonly found: (step: number, line: number) => void,
  ) {
    this.lines = new LogLines(start.before);
    this.counts = new Map(start.before.map(({ step, lines }) => [step, lines]));
  }

  take(entry: LogEntry): void {
    if (entry.n < this.start.firstN) takeEarlier(this.start, this.lines, entry);
    else if (entry.kind === 'notice') this.line(entry.step, noticeText(entry.data));
    else if (!this.takeBlock(entry)) this.lines.take(entry, ({ text }) => this.line(entry.step, text));
  }

  /** What is left unfinished where the log ends. */
  end(): void {
    for (const step of [...this.counts.keys()]) {
      for (const { text } of this.lines.unfinished(step)) this.line(step, text);
    }
  }

  private takeBlock({ step, stream, data }: LogEntry): boolean {
    if (data.at(-1) !== 10 || !this.lines.isFresh(step, stream)) return false;
    const printed = Buffer.from(data.buffer, data.byteOffset, data.length).toString();
    const text = printed.includes('\x1b') ? printed.replace(colours, '') : printed;
    if (movers.test(text)) return false;
    const before = this.counts.get(step) ?? 0;
    this.counts.set(step, before + this.matcher.findIn(text, (index) => this.found(step, before + index + 1)));
    return true;
  }

  private line(step: number, text: string): void {
    const number = (this.counts.get(step) ?? 0) + 1;
    this.counts.set(step, number);
    if (this.matcher.matches(text)) this.found(step, number);
  }
}
