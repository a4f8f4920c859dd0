import { type RowHeights, rowHeight } from './row-heights';

/**
 * Rows that were seen to be higher than one line, because their text is wrapped. What was never on screen counts as one line:
 * a log has a million rows, and a reader sees some hundred of them.
 */
export class SeenHeights implements RowHeights {
  private readonly extras = new Map<number, number>();
  /** Higher rows in their order, each with what those before it have too much; made anew after a change. */
  private sorted: { readonly rows: readonly number[]; readonly before: readonly number[] } | null = null;

  /** @returns whether that was not known */
  see(row: number, height: number): boolean {
    const extra = Math.max(0, height - rowHeight);
    if (extra === (this.extras.get(row) ?? 0)) return false;
    if (extra === 0) this.extras.delete(row);
    else this.extras.set(row, extra);
    this.sorted = null;
    return true;
  }

  extraBefore(row: number): number {
    const { rows, before } = this.inOrder();
    return before[countWhere(rows, (each) => each < row)]!;
  }

  rowAt(offset: number): number {
    const { rows, before } = this.inOrder();
    const above = countWhere(rows, (row, index) => row * rowHeight + before[index]! <= offset);
    if (above === 0) return Math.floor(offset / rowHeight);
    const row = rows[above - 1]!;
    const below = offset - (row + 1) * rowHeight - before[above]!;
    return below < 0 ? row : row + 1 + Math.floor(below / rowHeight);
  }

  private inOrder() {
    if (this.sorted) return this.sorted;
    const rows = [...this.extras.keys()].toSorted((a, b) => a - b);
    const before = [0];
    for (const row of rows) before.push(before.at(-1)! + this.extras.get(row)!);
    this.sorted = { rows, before };
    return this.sorted;
  }
}

/** How many from the first one on are so; after one that is not none is. */
function countWhere(rows: readonly number[], isSo: (row: number, index: number) => boolean): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isSo(rows[middle]!, middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
