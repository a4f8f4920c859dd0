import type { LogEntry, LogNotice } from '@cooperage/domain/predicates';
import { type StyledLine, TerminalText } from './terminal-text';

export interface LogLine extends StyledLine {
  /** Milliseconds since the attempt was claimed. */
  readonly atMs: number;
  /** The service's own word; no step can print one. */
  readonly notice: boolean;
}

interface Stream {
  readonly decoder: TextDecoder;
  readonly terminal: TerminalText;
  atMs: number;
}

/** The lines of one step. Both of its outputs share them, in the order in which their lines were finished. */
export class StepLines {
  readonly finished: LogLine[] = [];
  private readonly streams = new Map<number, Stream>();

  constructor(readonly ordinal: number) {}

  get count(): number {
    return this.finished.length + this.open().length;
  }

  /** Line by index, from 0; the last ones may still be written. */
  line(index: number): LogLine | undefined {
    return this.finished[index] ?? this.open()[index - this.finished.length]?.();
  }

  append(entry: LogEntry): void {
    if (entry.kind === 'notice') {
      this.finished.push(noticeLine(entry));
      return;
    }
    const stream = this.stream(entry.stream);
    if (stream.terminal.isEmpty) stream.atMs = entry.atMs;
    stream.terminal.write(stream.decoder.decode(entry.data, { stream: true }), (line) => {
      this.finished.push({ ...line, atMs: stream.atMs, notice: false });
      stream.atMs = entry.atMs;
    });
  }

  private open(): (() => LogLine)[] {
    return [...this.streams.values()]
      .filter((stream) => !stream.terminal.isEmpty)
      .map((stream) => () => ({ ...stream.terminal.peek(), atMs: stream.atMs, notice: false }));
  }

  private stream(number: number): Stream {
    let stream = this.streams.get(number);
    if (!stream) {
      stream = { decoder: new TextDecoder('utf-8', { fatal: false }), terminal: new TerminalText(), atMs: 0 };
      this.streams.set(number, stream);
    }
    return stream;
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

function noticeLine(entry: LogEntry): LogLine {
  const text = noticeText(new TextDecoder().decode(entry.data));
  return { text, runs: null, cutCharacters: 0, rewrites: 0, atMs: entry.atMs, notice: true };
}

/** A notice as a sentence. One that this version does not know is said to be so; nothing is left out silently. */
export function noticeText(json: string): string {
  const notice = parseNotice(json);
  switch (notice?.code) {
    case 'clipped':
      return `${notice.droppedBytes} bytes were left out here: the limit of this log is ${notice.limitBytes} bytes.`;
    case 'message':
      return notice.text;
    case 'attempt_lost':
      return `This attempt was lost: ${notice.reason}`;
    default:
      return 'A notice of the service that this page does not know.';
  }
}

function parseNotice(json: string): LogNotice | null {
  try {
    const value = JSON.parse(json) as { code?: unknown } | null;
    return typeof value?.code === 'string' ? (value as LogNotice) : null;
  } catch {
    return null;
  }
}
