import type { LineDelta } from './line-counter.js';
import type { LogEntry } from './log-entry.js';
import { type LogLine, LogLines } from './log-lines.js';

/** A run of entries in the middle of a log, and how the outputs stood before it. */
export interface RunStart {
  readonly firstN: number;
  /** Everything before the run, joined. */
  readonly before: readonly LineDelta[];
}

/**
 * `n` of the first entry that is needed to draw a run: earlier than the run when it finishes lines that began before it.
 * @param earliestN a line that began before this one is drawn without its beginning
 */
export function firstNeededN({ firstN, before }: RunStart, earliestN: number): number {
  const opened = before.flatMap(({ outputs }) => outputs.flatMap(({ openN }) => (openN === null ? [] : [openN])));
  return Math.min(firstN, ...opened.filter((n) => n >= earliestN));
}

/**
 * The lines that a run finishes.
 * @param entries those of the run, and those before it from `firstNeededN` on
 */
export function drawRun(
  start: RunStart,
  entries: readonly LogEntry[],
  emit: (step: number, line: LogLine) => void,
): LogLines {
  const lines = new LogLines(start.before);
  for (const entry of entries) takeOfRun(start, lines, entry, (line) => emit(entry.step, line));
  return lines;
}

/** Takes an entry of the run, or one before it from `firstNeededN` on. */
export function takeOfRun(start: RunStart, lines: LogLines, entry: LogEntry, emit: (line: LogLine) => void): void {
  if (entry.n >= start.firstN) lines.take(entry, emit);
  else takeEarlier(start, lines, entry);
}

/** Takes an entry before the run: of it only the beginning of a line counts that is still open where the run starts. */
export function takeEarlier(start: RunStart, lines: LogLines, entry: LogEntry): void {
  const openN = openOf(start.before, entry);
  if (openN !== null && entry.n >= openN) lines.prime(entry, entry.n === openN);
}

function openOf(before: readonly LineDelta[], { step, stream }: LogEntry): number | null {
  const delta = before.find((candidate) => candidate.step === step);
  return delta?.outputs.find((output) => output.stream === stream)?.openN ?? null;
}
