import { type Hit, linesAround } from './log-search';

/** Which lines of a step stand in its rows: all, or those that were found with a few around them. Both count from 0. */
export interface ShownRows {
  count(step: number): number;
  lineAt(step: number, row: number): number;
  /** The row of a line, or of the next one that is shown. */
  rowOf(step: number, line: number): number;
}

export function allRows(countOf: (step: number) => number): ShownRows {
  return { count: countOf, lineAt: (_, row) => row, rowOf: (_, line) => line };
}

const linesAroundHit = 3;

export function foundRows(hits: readonly Hit[], countOf: (step: number) => number): ShownRows {
  const lines = linesAround(hits, linesAroundHit, countOf);
  return {
    count: (step) => lines.get(step)?.length ?? 0,
    lineAt: (step, row) => lines.get(step)?.[row] ?? row,
    rowOf: (step, line) => {
      const at = lines.get(step)?.findIndex((each) => each >= line) ?? -1;
      return at === -1 ? Math.max(0, (lines.get(step)?.length ?? 0) - 1) : at;
    },
  };
}
