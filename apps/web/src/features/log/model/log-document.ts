import { type LogEntry, type LogLine, LogLines } from '@cooperage/domain/predicates';

/** The lines of one step. Both of its outputs share them, in the order in which their lines were finished. */
export class StepLines {
  readonly finished: LogLine[] = [];
  private readonly drawn = new LogLines();

  constructor(readonly ordinal: number) {}

  get count(): number {
    return this.finished.length + this.open().length;
  }

  /** Line by index, from 0; the last ones may still be written. */
  line(index: number): LogLine | undefined {
    return this.finished[index] ?? this.open()[index - this.finished.length];
  }

  append(entry: LogEntry): void {
    this.drawn.take(entry, (line) => this.finished.push(line));
  }

  private open(): LogLine[] {
    return this.drawn.unfinished(this.ordinal);
  }
}

/** A whole log as the page holds it: entries in, lines per step out. */
export class LogDocument {
  /** As they began to print, which is how a person saw it happen; 0, the build as a whole, speaks of the end: last. */
  readonly steps: StepLines[] = [];
  private readonly byOrdinal = new Map<number, StepLines>();

  append(entries: readonly LogEntry[]): void {
    for (const entry of entries) this.step(entry.step).append(entry);
  }

  get lineCount(): number {
    return this.steps.reduce((sum, step) => sum + step.count, 0);
  }

  find(ordinal: number): StepLines | undefined {
    return this.byOrdinal.get(ordinal);
  }

  private step(ordinal: number): StepLines {
    let step = this.byOrdinal.get(ordinal);
    if (!step) {
      step = new StepLines(ordinal);
      this.byOrdinal.set(ordinal, step);
      const last = this.steps.at(-1)?.ordinal === 0 ? this.steps.length - 1 : this.steps.length;
      this.steps.splice(last, 0, step);
    }
    return step;
  }
}
