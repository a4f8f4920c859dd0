import { plainHeights, type RowHeights, rowHeight } from './row-heights';

/** In pixels, as all that follows. */
export const headerHeight = 32;

export interface BlockInput {
  readonly ordinal: number;
  readonly rows: number;
  readonly folded: boolean;
  /** Not given where all rows are of one line. */
  readonly heights?: RowHeights;
}

export interface Block extends Required<BlockInput> {
  readonly top: number;
  readonly height: number;
}

export interface Layout {
  readonly blocks: readonly Block[];
  readonly height: number;
}

/** A block that is on screen, with the rows of it that are drawn: `from` inclusive, `to` exclusive. */
export interface VisibleBlock {
  readonly block: Block;
  readonly from: number;
  readonly to: number;
  /** The part of the block that is drawn, in pixels from the top of the log. */
  readonly top: number;
  readonly bottom: number;
}

export function layOut(inputs: readonly BlockInput[]): Layout {
  let top = 0;
  const blocks = inputs.map((input) => {
    const { rows, folded, heights = plainHeights } = input;
    const height = headerHeight + (folded ? 0 : rows * rowHeight + heights.extraBefore(rows));
    const block = { ...input, heights, top, height };
    top += height;
    return block;
  });
  return { blocks, height: top };
}

/** What is drawn for a scroll position: the rows on screen and `overscan` rows on both sides. */
export function visibleBlocks(layout: Layout, scrollTop: number, viewport: number, overscan: number): VisibleBlock[] {
  const first = scrollTop - overscan * rowHeight;
  const last = scrollTop + viewport + overscan * rowHeight;
  return layout.blocks
    .filter((block) => block.top < last && block.top + block.height > first)
    .map((block) => {
      const rowsTop = block.top + headerHeight;
      const rows = block.folded ? 0 : block.rows;
      const clamp = (row: number): number => Math.min(rows, Math.max(0, row));
      const at = (offset: number): number => block.heights.rowAt(offset - rowsTop);
      return {
        block,
        from: clamp(at(first)),
        to: clamp(at(last) + 1),
        top: Math.max(block.top, first),
        bottom: Math.min(block.top + block.height, last),
      };
    });
}

/** Distance of a row (from 0) of an open block from the top of the log. */
export function topOfRow({ top, heights }: Block, row: number): number {
  return top + headerHeight + row * rowHeight + heights.extraBefore(row);
}

/** Distance of a row (from 0) of a step from the top of the log; of the step's header for -1. Null for an unknown step. */
export function offsetOf(layout: Layout, ordinal: number, row: number): number | null {
  const block = layout.blocks.find((candidate) => candidate.ordinal === ordinal);
  if (!block) return null;
  if (row < 0 || block.folded) return block.top;
  return topOfRow(block, Math.min(row, Math.max(0, block.rows - 1)));
}

/** The row at a distance from the top, to hold on to it while rows are added above. */
export function rowAt(layout: Layout, offset: number): { ordinal: number; row: number; within: number } | null {
  const block = layout.blocks.findLast((candidate) => candidate.top <= offset);
  if (!block) return null;
  const row = block.heights.rowAt(offset - block.top - headerHeight);
  if (row < 0 || block.folded) return { ordinal: block.ordinal, row: -1, within: offset - block.top };
  return { ordinal: block.ordinal, row, within: offset - topOfRow(block, row) };
}
