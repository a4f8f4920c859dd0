import { describe, expect, it } from 'vitest';
import { inOrder, linesAround, nextHit, partsFound, searchWords } from './log-search';

describe('a search in the page', () => {
  it('orders hits as their lines are shown', () => {
    expect(
      inOrder(
        [
          [2, 9],
          [7, 3],
          [2, 1],
          [7, 1],
        ],
        [7, 2],
      ),
    ).toEqual([
      [7, 1],
      [7, 3],
      [2, 1],
      [2, 9],
    ]);
  });

  it('walks hits both ways and round the ends', () => {
    expect([nextHit(-1, 1, 3), nextHit(-1, -1, 3), nextHit(2, 1, 3), nextHit(0, -1, 3), nextHit(0, 1, 0)]).toEqual([
      0, 2, 0, 2, -1,
    ]);
  });

  it('shows what is found with three lines around, each line once', () => {
    const lines = linesAround(
      [
        [1, 2],
        [1, 5],
        [1, 100],
      ],
      3,
      () => 101,
    );
    expect(lines.get(1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 96, 97, 98, 99, 100]);
  });

  it('finds the text in a line, and does not run patterns', () => {
    const words = { text: 'AB', matchCase: false, isRegex: false };
    expect(partsFound('xabAb', words)).toEqual([
      [1, 3],
      [3, 5],
    ]);
    expect(partsFound('xabAb', { ...words, matchCase: true })).toEqual([]);
    expect(partsFound('aaaa', { ...words, text: '(a+)+$', isRegex: true })).toEqual([]);
    expect(partsFound('İab', words)).toEqual([]);
  });

  it('says how many lines there are, and where the search stands', () => {
    const found = { count: 1234, hits: [], share: 0.5, cutLines: 0 };
    expect(searchWords({ kind: 'done', ...found }, -1)).toBe('1,234 lines');
    expect(searchWords({ kind: 'done', ...found }, 4)).toBe('5 of 1,234');
    expect(searchWords({ kind: 'running', ...found }, -1)).toBe('1,234 lines so far, 50 % searched');
    expect(searchWords({ kind: 'done', ...found, count: 0 }, -1)).toBe('No line');
    expect(searchWords({ kind: 'done', ...found, cutLines: 2 }, 4)).toBe('5 of 1,234, 2 long lines searched in part');
  });
});
