import { HeldBytes } from './held-bytes.js';
import type { StyledLine } from './line-cells.js';
import type { LineDelta } from './line-counter.js';
import type { LogEntry, LogStream } from './log-entry.js';
import { noticeText } from './notice-text.js';
import type { PackedSgr } from './sgr.js';
import { TerminalText } from './terminal-text.js';

/** A line of a step as a person reads it. */
export interface LogLine extends StyledLine {
  /** Milliseconds since the attempt was claimed. */
  readonly atMs: number;
  readonly stream: LogStream;
  /** The service's own word; no step can print one. */
  readonly notice: boolean;
}

/** More outputs than any honest log has of its steps. A log of a taken-over builder may name a new one in each entry. */
const mostOutputs = 16_384;

interface Output {
  readonly step: number;
  readonly stream: LogStream;
  readonly decoder: InstanceType<typeof TextDecoder>;
  readonly terminal: TerminalText;
  atMs: number;
}

/**
 * Makes lines of entries: the bytes of each output of a step are decoded and drawn apart, and a line is given out when it
 * is finished. May begin anywhere in a log when it is told how the outputs stood there.
 */
export class LogLines {
  private readonly outputs = new Map<number, Output>();
  private readonly primed = new Set<number>();
  private readonly held = new HeldBytes<number>();

  /** @param before how outputs stand where this begins; those that are missing stand at the start of a plain line. */
  constructor(before: readonly LineDelta[] = []) {
    for (const { step, outputs } of before) {
      for (const { stream, style } of outputs) this.open(step, stream, style);
    }
  }

  take(entry: LogEntry, emit: (line: LogLine) => void): void {
    if (entry.kind === 'notice') {
      emit(noticeLine(entry));
      return;
    }
    const output = this.output(entry);
    if (output.terminal.isEmpty) output.atMs = entry.atMs;
    output.terminal.write(output.decoder.decode(entry.data, { stream: true }), (line) => {
      emit({ ...line, atMs: output.atMs, stream: output.stream, notice: false });
      output.atMs = entry.atMs;
    });
    for (const key of this.held.note(keyOf(entry), output.terminal.bytes)) this.outputs.delete(key);
  }

  /**
   * Takes the beginning of a line that a run of entries before the first one left open.
   * @param isFirst the line begins in this entry, behind its last line feed
   */
  prime(entry: LogEntry, isFirst: boolean): void {
    const key = keyOf(entry);
    // Without its beginning the rest of a line would stand for the whole of it.
    if (isFirst) this.primed.add(key);
    else if (!this.primed.has(key)) return;
    const data = isFirst ? entry.data.subarray(entry.data.lastIndexOf(10) + 1) : entry.data;
    this.take({ ...entry, data }, () => {});
  }

  /** Lines that were begun and not finished, as they stand. */
  unfinished(step: number): LogLine[] {
    const outputs = [...this.outputs.values()].filter((output) => output.step === step && !output.terminal.isEmpty);
    return outputs.map(({ terminal, atMs, stream }) => ({ ...terminal.peek(), atMs, stream, notice: false }));
  }

  /** Nothing of this output waits for more: its next byte begins a line. */
  isFresh(step: number, stream: number): boolean {
    return this.outputs.get(keyOf({ step, stream }))?.terminal.isFresh ?? true;
  }

  /** What comes next of this output begins a line. */
  forget(step: number, stream: number): void {
    this.drop(keyOf({ step, stream }));
  }

  private output({ step, stream }: LogEntry): Output {
    return this.outputs.get(keyOf({ step, stream })) ?? this.open(step, stream);
  }

  private open(step: number, stream: LogStream, style?: PackedSgr): Output {
    const [oldest] = this.outputs.size >= mostOutputs ? this.outputs.keys() : [];
    if (oldest !== undefined) this.drop(oldest);
    const output = { step, stream, decoder: new TextDecoder(), terminal: new TerminalText(style), atMs: 0 };
    this.outputs.set(keyOf({ step, stream }), output);
    return output;
  }

  private drop(key: number): void {
    this.outputs.delete(key);
    this.held.note(key, 0);
  }
}

function keyOf({ step, stream }: { readonly step: number; readonly stream: number }): number {
  return step * 4 + stream;
}

function noticeLine({ data, atMs }: LogEntry): LogLine {
  const text = noticeText(data);
  return { text, runs: null, cutCharacters: 0, rewrites: 0, earlier: null, links: null, atMs, stream: 0, notice: true };
}
