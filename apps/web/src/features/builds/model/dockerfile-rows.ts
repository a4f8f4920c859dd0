import type { DockerfileChange, Step } from '@cooperage/contracts';
import {
  type DockerfileLine,
  type LineFacts,
  lineOf,
  lineWith,
  type ReadDockerfile,
  readDockerfile,
} from './dockerfile-lines';

export type DockerfileRow =
  | { readonly kind: 'line'; readonly line: DockerfileLine }
  /** Lines that are not shown, from 1, both included. */
  | { readonly kind: 'left_out'; readonly from: number; readonly to: number };

export interface DockerfileRows {
  readonly rows: readonly DockerfileRow[];
  /** How many lines are shown. */
  readonly shown: number;
  /** The first and the last of the shown lines that failed. */
  readonly failed: { readonly first: number; readonly last: number } | null;
}

export interface FileFacts extends LineFacts {
  readonly steps: readonly Step[];
  /** Numbers of the lines that something is said about, from 1. */
  readonly noted: readonly number[];
}

/** A page of so many lines is still one that browsers and this process make at once. */
export const mostLines = 2_000;
const around = 3;
/** Lines at the beginning and at the end of an instruction that failed. */
const failedEnds = 100;

/** The lines that are shown: all of a usual file; of a long one those that matter and the beginning. */
export function dockerfileRows(
  file: Pick<DockerfileChange, 'text' | 'lines' | 'failing'>,
  facts: FileFacts,
): DockerfileRows {
  const read = readDockerfile(file.text, facts.steps);
  const shown = chosen(read, facts);
  const rows: DockerfileRow[] = [];
  let next = 1;
  const show = (line: DockerfileLine): void => {
    if (line.number > next) rows.push({ kind: 'left_out', from: next, to: line.number - 1 });
    rows.push({ kind: 'line', line });
    next = line.number + 1;
  };
  for (let index = 0; index < read.texts.length; index++) if (shown[index] === 1) show(lineOf(read, index, facts));
  for (const line of farLines(file, facts)) if (line.number >= next) show(line);
  if (next <= file.lines) rows.push({ kind: 'left_out', from: next, to: file.lines });
  return { rows, ...summaryOf(rows) };
}

/** 1 for each line that is shown, what matters most first. */
function chosen({ texts, steps }: ReadDockerfile, { failedLines, noted }: FileFacts): Uint8Array {
  const shown = new Uint8Array(texts.length);
  let left = mostLines;
  const take = (from: number, to: number): void => {
    for (let line = Math.max(1, from); line <= Math.min(to, texts.length) && left > 0; line++) {
      if (shown[line - 1] === 1) continue;
      shown[line - 1] = 1;
      left--;
    }
  };
  if (failedLines) {
    const { from, to } = failedLines;
    take(from - around, Math.min(to, from + failedEnds));
    take(Math.max(from, to - failedEnds), to + around);
  }
  for (const line of noted) take(line - 1, line + 1);
  // The other half is for the beginning, which says most about a file.
  for (const line of steps.keys()) if (left > mostLines / 2) take(line, line + 1);
  take(1, texts.length);
  return shown;
}

/** Where the failure is behind all that is known of the text, the API has given the lines around it. */
function farLines({ failing }: Pick<DockerfileChange, 'failing'>, facts: FileFacts): DockerfileLine[] {
  if (!failing || facts.failedLines === null) return [];
  return failing.lines.map((text, index) =>
    lineWith(text, failing.firstLine + index, facts, { continued: false, step: null }),
  );
}

function summaryOf(rows: readonly DockerfileRow[]): Pick<DockerfileRows, 'shown' | 'failed'> {
  const lines = rows.flatMap((row) => (row.kind === 'line' ? [row.line] : []));
  const failed = lines.filter((line) => line.failed).map(({ number }) => number);
  const [first, last] = [failed[0], failed.at(-1)];
  return { shown: lines.length, failed: first === undefined || last === undefined ? null : { first, last } };
}
