import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DiffLine, diffOf, hunksOf, linesOf } from './line-diff';

const lineDiff = (a: string, b: string) => diffOf(linesOf(a), linesOf(b));
const text = fc
  .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 14 })
  .map((lines) => lines.map((line) => `${line}\n`).join(''));
const side = (lines: readonly DiffLine[], without: DiffLine['kind']) =>
  lines
    .filter(({ kind }) => kind !== without)
    .map((line) => `${line.text}\n`)
    .join('');
const longestCommon = (a: string[], b: string[]): number => {
  const table = Array.from({ length: a.length + 1 }, () => Array<number>(b.length + 1).fill(0));
  for (let x = 1; x <= a.length; x++)
    for (let y = 1; y <= b.length; y++)
      table[x]![y] = a[x - 1] === b[y - 1] ? table[x - 1]![y - 1]! + 1 : Math.max(table[x - 1]![y]!, table[x]![y - 1]!);
  return table[a.length]![b.length]!;
};

describe('the difference of two files', () => {
  it('gives both of them back', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const lines = lineDiff(a, b);
        expect(side(lines, 'added')).toBe(a);
        expect(side(lines, 'gone')).toBe(b);
      }),
    );
  });

  it('is the least there is', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const same = lineDiff(a, b).filter(({ kind }) => kind === 'same').length;
        expect(same).toBe(longestCommon(a.split('\n').slice(0, -1), b.split('\n').slice(0, -1)));
      }),
    );
  });

  it('numbers the lines of both sides', () => {
    expect(lineDiff('FROM a\nRUN x\nCMD y\n', 'FROM a\nRUN z\nCMD y')).toEqual([
      { kind: 'same', text: 'FROM a', a: 1, b: 1 },
      { kind: 'gone', text: 'RUN x', a: 2, b: null },
      { kind: 'added', text: 'RUN z', a: null, b: 2 },
      { kind: 'same', text: 'CMD y', a: 3, b: 3 },
    ]);
  });

  it('of files that have nothing in common takes no longer than it may', () => {
    const many = (word: string) => Array.from({ length: 20_000 }, (_, at) => `${word} ${at}`).join('\n');
    // Of the processor, in microseconds: a clock goes on while others have the machine.
    const began = process.cpuUsage();
    expect(lineDiff(many('a'), many('b'))).toHaveLength(40_000);
    expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
  });

  it('is shown with three lines around', () => {
    const a = Array.from({ length: 30 }, (_, at) => `${at}`).join('\n');
    const hunks = hunksOf(lineDiff(a, a.replace('5', 'x').replace('25', 'y')));
    expect(hunks.map(({ lines }) => lines.length)).toEqual([8, 8]);
    expect(hunksOf(lineDiff(a, a))).toEqual([]);
  });
});
