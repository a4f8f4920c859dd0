import type { LogStream } from '../log/log-entry.js';
import { isCause, isThrown, isTracebackEnd, isWrapper, tracebackStart } from './error-forms.js';

/** What is looked at of a line that a failing step printed. */
export interface PrintedLine {
  readonly text: string;
  readonly stream: LogStream;
}

/** Lines of the end of a step that are looked at. */
export const failingTailLines = 500;
/** Most lines that are shown as evidence. */
export const evidenceLines = 20;
/** Of evidence, lines behind the one that says why. */
const linesAfter = 15;

/** Errors that stand this near to each other are of one kind: of them the first is the cause. */
const nearLines = 40;
/** What was said longer before the end than this did not end the step: somebody went on after it. */
const recentLines = 200;
/** A message that was thrown is no longer than this. */
const messageLines = 8;
/** A form is looked for at the beginning of a line. */
const mostCharacters = 500;

/**
 * Which of the last lines of a failing step says why it failed; null when nothing was printed. First what well-known
 * programs write when something is wrong, then what a program says that ran another, and where nobody speaks in a known
 * form the last line of standard error, else the last line.
 * @param lines the end of the step, in order
 */
export function findFailingLine(lines: readonly PrintedLine[]): number | null {
  const texts = lines.map(({ text }) => text.slice(0, mostCharacters).trimEnd());
  return (
    firstOfLastGroup(causesIn(texts), texts.length) ??
    firstOfLastGroup(indexesOf(texts, isWrapper), texts.length) ??
    lastIndex(texts, (text, at) => lines[at]!.stream === 2 && !isTraced(text)) ??
    lastIndex(texts, (_, at) => lines[at]!.stream === 2) ??
    lastIndex(texts, () => true)
  );
}

/**
 * Which lines around the one that says why are evidence: its beginning and a little before it.
 * @param line from 0. @param count lines that there are
 * @returns from the first up to but without the last
 */
export function evidenceAround(line: number, count: number): readonly [from: number, to: number] {
  const to = Math.min(count, line + 1 + linesAfter);
  return [Math.max(0, to - evidenceLines), to];
}

function causesIn(texts: readonly string[]): number[] {
  let inTraceback = false;
  return indexesOf(texts, (text, at) => {
    if (text === tracebackStart) inTraceback = true;
    else if (inTraceback && isTracebackEnd(text)) {
      inTraceback = false;
      return true;
    }
    return isCause(text) || isThrown(text, texts.slice(at + 1, at + 1 + messageLines));
  });
}

function firstOfLastGroup(indexes: readonly number[], count: number): number | null {
  let first = indexes.at(-1);
  if (first === undefined || count - first > recentLines) return null;
  for (const index of indexes.toReversed()) {
    if (first - index > nearLines) break;
    first = index;
  }
  return first;
}

function indexesOf(texts: readonly string[], is: (text: string, at: number) => boolean): number[] {
  return texts.flatMap((text, at) => (is(text, at) ? [at] : []));
}

function lastIndex(texts: readonly string[], is: (text: string, at: number) => boolean): number | null {
  const at = texts.findLastIndex((text, index) => text.trim() !== '' && is(text, index));
  return at === -1 ? null : at;
}

/** A shell that was asked to (`set -x`) writes what it does before it does it. */
function isTraced(text: string): boolean {
  return /^\++ /.test(text);
}
