import { firstNeededN, joinDeltas, type LineDelta, type LogLine, LogLines, takeOfRun } from '@cooperage/domain';
import type { ChunkStore } from '../ports.js';
import { readEntries } from './read-entries.js';
import { type LogSegment, readIndex } from './read-index.js';

/** A line with its number inside its step, from 1. */
export interface NumberedLine extends LogLine {
  readonly number: number;
}

/** A segment with what was printed before it, and from where on lines are read that it only finishes. */
interface Placed extends LogSegment {
  readonly before: readonly LineDelta[];
  readonly earliestN: number;
}

/** Bytes of entries that are read at most, so that lines of any length cost little. */
const mostBytes = 2_097_152;
/** Far more than anybody asks for. A log whose counts are wrong may have any number of them. */
const mostLines = 8_192;

/**
 * Lines of one step as the page numbers them: those that were finished, in the order in which they were, and behind them
 * what was left unfinished. Reads only the segments that hold them, so it costs the same in a log of any length; of lines
 * that are very long it may give fewer, the last ones.
 * @param pick which of so many finished lines, from 0: `from` up to but without `to`
 */
export async function readStepLines(
  store: ChunkStore,
  attemptId: string,
  step: number,
  pick: (count: number) => readonly [from: number, to: number],
): Promise<NumberedLine[]> {
  const segments = placed((await readIndex(store, attemptId)).segments, step);
  const count = segments.reduce((sum, segment) => sum + linesOf(segment.lineDeltas, step), 0);
  const [from, to] = pick(count);
  const wanted = lastBytes(
    segments.filter(({ before, lineDeltas }) => {
      const first = linesOf(before, step);
      return printed(lineDeltas, step) && first < to && first + linesOf(lineDeltas, step) >= from;
    }),
  );
  const lines: NumberedLine[] = [];
  for (const [index, segment] of wanted.entries()) {
    const isLast = index === wanted.length - 1 && to > count;
    for await (const line of drawn(store, attemptId, step, segment, isLast)) {
      if (line.number > from && line.number <= to) lines.push(line);
      if (lines.length >= 2 * mostLines) lines.splice(0, mostLines);
    }
  }
  return lines;
}

/** Segments as far as this step is concerned: how each of the others stood before each segment would be their product. */
function placed(segments: readonly LogSegment[], step: number): Placed[] {
  let before: readonly LineDelta[] = [];
  return segments.map((segment, index) => {
    const lineDeltas = segment.lineDeltas.filter((delta) => delta.step === step);
    const here = { ...segment, lineDeltas, before, earliestN: segments[index - 1]?.firstN ?? segment.firstN };
    before = joinDeltas(before, lineDeltas);
    return here;
  });
}

async function* drawn(
  store: ChunkStore,
  attemptId: string,
  step: number,
  segment: Placed,
  withUnfinished: boolean,
): AsyncGenerator<NumberedLine> {
  let number = linesOf(segment.before, step);
  const drawing = new LogLines(segment.before);
  let ready: LogLine[] = [];
  for await (const entry of readEntries(store, attemptId, firstNeededN(segment, segment.earliestN))) {
    if (entry.n >= segment.nextN) break;
    if (entry.step !== step) continue;
    takeOfRun(segment, drawing, entry, (line) => ready.push(line));
    for (const line of ready) yield { ...line, number: ++number };
    ready = [];
  }
  if (withUnfinished) for (const line of drawing.unfinished(step)) yield { ...line, number: ++number };
}

function lastBytes(segments: readonly Placed[]): Placed[] {
  let bytes = 0;
  const first = segments.findLastIndex((segment, index) => {
    bytes += segment.bytes;
    return bytes > mostBytes && index < segments.length - 1;
  });
  return segments.slice(first + 1);
}

function linesOf(deltas: readonly LineDelta[], step: number): number {
  return deltas.find((delta) => delta.step === step)?.lines ?? 0;
}

function printed(deltas: readonly LineDelta[], step: number): boolean {
  return deltas.some((delta) => delta.step === step);
}
