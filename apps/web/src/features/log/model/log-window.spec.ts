import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockInput, headerHeight, layOut, offsetOf, rowAt, visibleBlocks } from './log-window';
import { rowHeight } from './row-heights';
import { SeenHeights } from './seen-heights';

const inputs: BlockInput[] = [
  { ordinal: 1, rows: 10, folded: false },
  { ordinal: 2, rows: 1000, folded: true },
  { ordinal: 3, rows: 1_000_000, folded: false },
];

describe('window of the log', () => {
  it('stacks blocks, a folded one with its header only', () => {
    const { blocks, height } = layOut(inputs);
    expect(blocks.map((block) => block.top)).toEqual([
      0,
      headerHeight + 10 * rowHeight,
      2 * headerHeight + 10 * rowHeight,
    ]);
    expect(height).toBe(3 * headerHeight + 1_000_010 * rowHeight);
  });

  it('draws only what is near, whatever the length of the log', () => {
    const layout = layOut(inputs);
    const drawn = visibleBlocks(layout, layout.height / 2, 600, 50);
    expect(drawn).toHaveLength(1);
    expect(drawn[0]!.to - drawn[0]!.from).toBeLessThanOrEqual(600 / rowHeight + 102);
  });

  it('draws every row that is on screen', () => {
    const layout = layOut(inputs);
    fc.assert(
      fc.property(fc.nat(Math.floor(layout.height)), (scrollTop) => {
        const drawn = visibleBlocks(layout, scrollTop, 600, 0);
        const covers = (offset: number): boolean =>
          drawn.some(({ block, from, to }) => {
            const row = Math.floor((offset - block.top - headerHeight) / rowHeight);
            return offset >= block.top && offset < block.top + block.height && (row < 0 || (row >= from && row < to));
          });
        const last = Math.min(scrollTop + 599, layout.height - 1);
        return scrollTop >= layout.height || (covers(scrollTop) && covers(last));
      }),
    );
  });

  it('finds a row by its place and its place by the row', () => {
    const layout = layOut(inputs);
    expect(rowAt(layout, offsetOf(layout, 3, 777)! + 7)).toEqual({ ordinal: 3, row: 777, within: 7 });
    expect(rowAt(layout, 5)).toEqual({ ordinal: 1, row: -1, within: 5 });
    expect(offsetOf(layout, 2, 50)).toBe(layout.blocks[1]!.top);
    expect(offsetOf(layout, 9, 0)).toBeNull();
    expect(rowAt(layOut([]), 0)).toBeNull();
  });

  it('makes room for rows that were seen to be higher, below which nothing is drawn too early', () => {
    const heights = new SeenHeights();
    for (let row = 0; row < 10; row++) heights.see(row, 5 * rowHeight);
    const layout = layOut([{ ordinal: 1, rows: 100, folded: false, heights }, inputs[0]!]);
    const rowsHeight = (100 + 40) * rowHeight;
    expect(layout.blocks[1]!.top).toBe(headerHeight + rowsHeight);
    const tenth = headerHeight + 50 * rowHeight;
    expect([offsetOf(layout, 1, 10), offsetOf(layout, 1, 12)]).toEqual([tenth, tenth + 2 * rowHeight]);
    expect(rowAt(layout, tenth - 3)).toEqual({ ordinal: 1, row: 9, within: 5 * rowHeight - 3 });
    const [drawn] = visibleBlocks(layout, headerHeight + 10 * rowHeight, 15 * rowHeight, 0);
    expect([drawn!.from, drawn!.to]).toEqual([2, 6]);
  });
});
