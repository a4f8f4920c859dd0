import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainHeights, rowHeight } from './row-heights';
import { SeenHeights } from './seen-heights';

describe('heights of rows', () => {
  it('are those of one line until a row was seen to be higher', () => {
    const heights = new SeenHeights();
    expect([heights.extraBefore(1_000_000), heights.rowAt(240)]).toEqual([0, 10]);
    expect(heights.see(3, 3 * rowHeight)).toBe(true);
    expect(heights.see(3, 3 * rowHeight)).toBe(false);
    expect(heights.see(4, rowHeight)).toBe(false);
    expect([3, 4, 1_000_000].map((row) => heights.extraBefore(row))).toEqual([0, 2 * rowHeight, 2 * rowHeight]);
    expect([71, 72, 143, 144].map((offset) => heights.rowAt(offset))).toEqual([2, 3, 3, 4]);
    expect(heights.see(3, rowHeight)).toBe(true);
    expect(heights.extraBefore(1_000_000)).toBe(0);
  });

  it('agree on where a row is and which row is there, whatever was seen', () => {
    const seen = fc.array(fc.tuple(fc.nat(300), fc.integer({ min: rowHeight, max: 500 })), { maxLength: 60 });
    fc.assert(
      fc.property(seen, fc.nat(400), (rows, row) => {
        const heights = new SeenHeights();
        for (const [each, height] of rows) heights.see(each, height);
        const topOf = (of: number): number => of * rowHeight + heights.extraBefore(of);
        expect(heights.rowAt(topOf(row))).toBe(row);
        expect(heights.rowAt(topOf(row + 1) - 1)).toBe(row);
        expect(topOf(row + 1) - topOf(row)).toBe(new Map(rows).get(row) ?? rowHeight);
      }),
    );
  });

  it('are all the same where nothing is wrapped', () => {
    expect([plainHeights.extraBefore(77), plainHeights.rowAt(77 * rowHeight + 1)]).toEqual([0, 77]);
  });
});
