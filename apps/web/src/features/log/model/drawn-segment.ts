import { drawRun, type LogEntry, type LogLine, type LogLines, type RunStart } from '@cooperage/domain/predicates';

/** The lines that a segment finishes, and those it leaves open, step by step. */
export class DrawnSegment {
  private readonly finished = new Map<number, LogLine[]>();
  private readonly open = new Map<number, readonly LogLine[]>();

  add(step: number, line: LogLine): void {
    const lines = this.finished.get(step);
    if (lines) lines.push(line);
    else this.finished.set(step, [line]);
  }

  /** Keeps how the open lines of these steps stand where the segment ends. */
  close(lines: LogLines, steps: Iterable<number>): this {
    for (const step of steps) this.open.set(step, lines.unfinished(step));
    return this;
  }

  count(step: number): number {
    return this.finished.get(step)?.length ?? 0;
  }

  /** By index inside the segment. */
  line(step: number, index: number): LogLine | undefined {
    return this.finished.get(step)?.[index];
  }

  unfinished(step: number): readonly LogLine[] {
    return this.open.get(step) ?? [];
  }
}

/** @param entries those of the segment, and those before it that finish lines of it */
export function drawSegment(start: RunStart, entries: readonly LogEntry[]): DrawnSegment {
  const drawn = new DrawnSegment();
  const lines = drawRun(start, entries, (step, line) => drawn.add(step, line));
  return drawn.close(lines, new Set(entries.map(({ step }) => step)));
}
