import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countLines, firstDifferingLine, linesBetween, shownFile } from './shown-file.js';

const text = fc.array(fc.constantFrom('a', 'b', '\n', '\r\n'), { maxLength: 20 }).map((parts) => parts.join(''));

describe('R4-P4 a file as pages read it', () => {
  it('R4-P4 is whole while it is short', () => {
    expect(shownFile('FROM a\nRUN ü\n', 20)).toEqual({
      ...{ text: 'FROM a\nRUN ü\n', bytes: 14, lines: 2, truncated: false },
    });
  });

  it('R4-P4 ends with a line where it is long', () => {
    expect(shownFile('FROM a\nRUN b\nRUN c\n', 16)).toEqual({
      ...{ text: 'FROM a\nRUN b\n', bytes: 19, lines: 3, truncated: true },
    });
  });

  it('R4-P4 ends inside of a line that is long itself, between two characters', () => {
    expect(shownFile(`A\n${'x'.repeat(50)}`, 10).text).toBe(`A\n${'x'.repeat(8)}`);
    expect(shownFile('😀'.repeat(5), 5).text).toBe('😀😀');
  });

  it('R4-P4 counts and takes lines as a split at line ends does', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 4 }), (file, first, more) => {
        const lines = file.split('\n').map((line) => line.replace(/\r$/, ''));
        expect(countLines(file)).toBe(lines.at(-1) === '' ? lines.length - 1 : lines.length);
        expect(linesBetween(file, first, first + more)).toEqual(lines.slice(first - 1, first + more));
      }),
    );
  });

  it('R4-P4 names the first line that another one differs in', () => {
    expect(firstDifferingLine('a\nb\n', 'a\nb\n')).toBeNull();
    expect(firstDifferingLine('a\nb\n', 'a\nc\n')).toBe(2);
    expect(firstDifferingLine('a\n', 'a\nb\n')).toBe(2);
    expect(firstDifferingLine('a\nb', '')).toBe(1);
  });
});
