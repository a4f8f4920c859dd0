import { syncStretchRatio } from '@cooperage/testing/sync-stretch';
import { describe, expect, it } from 'vitest';
import { fileDiff, mostComparedLines, mostShownLines } from './file-diff';

const file = (text: string, truncated = false) => ({
  ...{ text, truncated, bytes: text.length, lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0) },
});
const diff = (a: string, b: string) => fileDiff(file(a), file(b), a === b ? null : 1);
const most = 256 * 1024;
const filled = (piece: string): string => piece.repeat(Math.floor(most / piece.length));
const numbered = (word: string, count: number) => Array.from({ length: count }, (_, at) => `${word} ${at}\n`).join('');
const longLine = `${'x'.repeat(999)}\n`;

describe('R4-P4 the difference of two Dockerfiles', () => {
  it('R4-P4 has the lines around what changed, and counts them', () => {
    const result = diff('FROM a\nRUN b\n', 'FROM a\nRUN c\nRUN d\n');
    expect(result).toMatchObject({ kind: 'lines', added: 2, gone: 1, leftOut: 0 });
    expect(diff('FROM a\n', 'FROM a\n')).toEqual({ kind: 'same' });
    expect(diff('FROM a\n', 'FROM a\r\n')).toEqual({ kind: 'same' });
  });

  it('R4-P4 is not made of files with too many lines, or of which only the beginning is known', () => {
    const many = numbered('a', mostComparedLines + 1);
    expect(fileDiff(file(many), file('a\n'), 7)).toEqual({ kind: 'too_large', firstDifference: 7 });
    expect(fileDiff(file('a\n', true), file('a\n', true), 70_000)).toEqual({
      ...{ kind: 'too_large', firstDifference: 70_000 },
    });
    expect(fileDiff(file('a\n', true), file('a\n', true), null)).toEqual({ kind: 'same' });
  });

  it('R4-P4 shows no more lines than it may, and says how many it leaves out', () => {
    const result = diff(numbered('a', 15_000), numbered('b', 15_000));
    expect(result).toMatchObject({ kind: 'lines', added: 15_000, gone: 15_000, leftOut: 30_000 - mostShownLines });
    const lines = result.kind === 'lines' ? result.hunks.flatMap((hunk) => hunk.lines) : [];
    expect(lines).toHaveLength(mostShownLines);
  });

  it.each([
    ['nothing in common', numbered('a', mostComparedLines), numbered('b', mostComparedLines)],
    ['empty lines', filled('\n'), `${filled('\n')}a`],
    ['long lines', filled(longLine), `y\n${filled(longLine)}z`],
    ['line ends of another kind', filled('\r'), filled('\r\n')],
    [
      'many changes that are far apart',
      numbered('a', mostComparedLines),
      numbered('a', mostComparedLines).replaceAll('0\n', 'x\n'),
    ],
    ['the same few lines in another order', 'a\nb\n'.repeat(10_000), 'b\na\nb\n'.repeat(6_666)],
  ])('R4-P4 takes as long as reading, of two files with %s', async (_what, a, b) => {
    expect(await syncStretchRatio(() => diff(a, b))).toBeLessThan(60);
  });
});
