/** Height of a row of one line, in pixels. Most rows are that high, so that any row is found by arithmetic. */
export const rowHeight = 24;

/** Heights of a step's rows, in pixels. */
export interface RowHeights {
  /** What the rows before `row` are higher in all than as many rows of one line. */
  extraBefore(row: number): number;
  /** The row that stands `offset` pixels below the first one's top; a row beyond the last where the offset is. */
  rowAt(offset: number): number;
}

export const plainHeights: RowHeights = {
  extraBefore: () => 0,
  rowAt: (offset) => Math.floor(offset / rowHeight),
};
