import { HeldBytes } from './held-bytes.js';
import type { LogEntry, LogStream } from './log-entry.js';
import { type PackedSgr, plainSgr, styleAfter } from './sgr.js';
import { TerminalText } from './terminal-text.js';

/** How one output of a step stands at the end of a run of entries. */
export interface OutputState {
  readonly stream: LogStream;
  /** `n` of the entry in which the line begins that is not finished yet; null at the start of a line. */
  readonly openN: number | null;
  /** Style in which that line, or the next one, begins. */
  readonly style: PackedSgr;
}

/**
 * What a run of entries adds to the lines of one step. A step's lines are numbered in the order in which they were
 * finished, by a line feed on either output or as a notice; what is left unfinished comes last.
 */
export interface LineDelta {
  readonly step: number;
  /** Lines that were finished. */
  readonly lines: number;
  /** The outputs that printed. */
  readonly outputs: readonly OutputState[];
}

interface Output {
  readonly decoder: InstanceType<typeof TextDecoder>;
  /** What was printed since the last line feed. */
  readonly rest: TerminalText;
  openN: number | null;
  style: PackedSgr;
}

/**
 * Counts lines as entries come by, so that any line of a step is found later without reading from the start. Of most
 * entries only the line feeds are looked for. A colour sequence that is cut between two entries is passed over.
 */
export class LineCounter {
  private readonly known = new Map<string, Output>();
  private readonly held = new HeldBytes<Output>();
  private counts = new Map<number, { lines: number; outputs: Map<LogStream, Output> }>();

  take(entry: LogEntry): void {
    const count = this.counts.get(entry.step) ?? { lines: 0, outputs: new Map() };
    this.counts.set(entry.step, count);
    if (entry.kind === 'notice') {
      count.lines++;
      return;
    }
    const output = this.output(entry);
    count.outputs.set(entry.stream, output);
    count.lines += this.read(output, entry);
  }

  /** What was taken since the last cut, steps in the order in which they came. */
  cut(): LineDelta[] {
    const deltas = [...this.counts].map(([step, { lines, outputs }]) => ({
      step,
      lines,
      outputs: [...outputs].map(([stream, { openN, style }]) => ({ stream, openN, style })),
    }));
    this.counts = new Map();
    return deltas;
  }

  /** @returns how many lines the entry finished. */
  private read(output: Output, { n, data }: LogEntry): number {
    const last = data.lastIndexOf(10);
    if (last !== -1) {
      output.style = styleAfter(output.rest.currentStyle, data.subarray(0, last));
      output.openN = null;
      output.rest.restart(output.style);
    }
    if (last < data.length - 1) {
      output.rest.write(output.decoder.decode(data.subarray(last + 1), { stream: true }), () => {});
      // A line may begin with a character of which only the first bytes are here.
      if (!output.rest.isEmpty || endsInCharacter(data)) output.openN ??= n;
      else if (!isMiddleOfCharacter(data)) output.openN = null;
    }
    if (output.rest.isEmpty) output.style = output.rest.currentStyle;
    for (const other of this.held.note(output, output.rest.bytes)) other.rest.restart(other.rest.currentStyle);
    return last === -1 ? 0 : countLineFeeds(data.subarray(0, last + 1));
  }

  private output({ step, stream }: LogEntry): Output {
    const key = `${step}.${stream}`;
    let output = this.known.get(key);
    if (!output) {
      output = { decoder: new TextDecoder(), rest: new TerminalText(), openN: null, style: plainSgr };
      this.known.set(key, output);
    }
    return output;
  }
}

/** Runs that follow each other, as one. Each costs what it holds itself, however much came before it. */
export class DeltaSum {
  private readonly steps = new Map<number, { lines: number; outputs: readonly OutputState[] }>();

  constructor(...runs: readonly (readonly LineDelta[])[]) {
    for (const run of runs) this.add(run);
  }

  add(run: readonly LineDelta[]): void {
    for (const { step, lines, outputs } of run) {
      const known = this.steps.get(step);
      if (known) {
        known.lines += lines;
        known.outputs = lastOf(known.outputs, outputs);
      } else this.steps.set(step, { lines, outputs: lastOf([], outputs) });
    }
  }

  /** How many deltas these are. */
  get size(): number {
    return this.steps.size;
  }

  deltas(): LineDelta[] {
    return [...this.steps].map(([step, { lines, outputs }]) => ({ step, lines, outputs }));
  }
}

/** How each output stands behind both. A sum may hold very many, so it shares what need not be made anew. */
function lastOf(before: readonly OutputState[], outputs: readonly OutputState[]): readonly OutputState[] {
  if (before.length === 0 && outputs.length <= 1) return outputs;
  if (outputs.length === 0) return before;
  if (
    outputs.length <= 2 &&
    outputs.length === before.length &&
    outputs.every(({ stream }, at) => stream === before[at]!.stream)
  )
    return outputs;
  const last = new Map<LogStream, OutputState>();
  for (const output of before) last.set(output.stream, output);
  for (const output of outputs) last.set(output.stream, output);
  return [...last.values()];
}

/** Two runs that follow each other, as one. */
export function joinDeltas(one: readonly LineDelta[], other: readonly LineDelta[]): LineDelta[] {
  return new DeltaSum(one, other).deltas();
}

/** Whether the last character in UTF-8 (RFC 3629) lacks some of its bytes. */
function endsInCharacter(data: Uint8Array): boolean {
  for (let back = 1; back <= Math.min(3, data.length); back++) {
    const byte = data[data.length - back]!;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2);
    if (byte < 0x80) return false;
  }
  return false;
}

/** Whether all of it follows bytes of another entry. */
function isMiddleOfCharacter(data: Uint8Array): boolean {
  return data.length < 3 && data.every((byte) => byte >= 0x80 && byte < 0xc0);
}

export function countLineFeeds(data: Uint8Array): number {
  let count = 0;
  for (let at = data.indexOf(10); at !== -1; at = data.indexOf(10, at + 1)) count++;
  return count;
}
