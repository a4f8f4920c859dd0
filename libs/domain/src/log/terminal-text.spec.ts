import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxLineCharacters, type StyledLine } from './line-cells.js';
import { unpackSgr } from './sgr.js';
import { TerminalText } from './terminal-text.js';

function lines(...chunks: string[]): StyledLine[] {
  const terminal = new TerminalText();
  const out: StyledLine[] = [];
  for (const chunk of chunks) terminal.write(chunk, (line) => out.push(line));
  if (!terminal.isEmpty) out.push(terminal.peek());
  return out;
}
const texts = (...chunks: string[]): string[] => lines(...chunks).map((line) => line.text);

describe('TerminalText', () => {
  it('splits lines, keeps empty ones and shows an unfinished one', () => {
    expect(texts('a\r\n\nb')).toEqual(['a', '', 'b']);
  });

  it('S-088 leaves nothing of sequences that are no colours', () => {
    const hostile = [
      '\x1b]0;title\x07ok',
      '\x1b]52;c;ZXZpbA==\x1b\\ok',
      '\x1b]8;;javascript:alert(1)\x1b\\ok\x1b]8;;\x1b\\',
      '\x1b[2J\x1b[1;1Hok',
      '\x1b[?1049hok',
      '\x1bP1$r\x1b\\ok',
      '\x9b31mok',
      '\x9d0;t\x9cok',
      '\x1b(Bok',
      'o\x00k\x07\x7f',
      '\x1bcok',
    ];
    for (const text of hostile) expect(texts(text)).toEqual(['ok']);
  });

  it('S-088 ends an unterminated sequence with its line', () => {
    expect(texts('a\x1b]0;never ended\nb')).toEqual(['a', 'b']);
    expect(texts('\x1b[38;5;\nb')).toEqual(['', 'b']);
  });

  it('S-087 keeps markup as text', () => {
    expect(texts('<script>alert(1)</script>')).toEqual(['<script>alert(1)</script>']);
  });

  it('lets a carriage return overwrite, and counts how often', () => {
    expect(lines('10%\r20%\r100%\n')[0]).toMatchObject({ text: '100%', rewrites: 2 });
    expect(texts('abcdef\rxy')).toEqual(['xycdef']);
    expect(texts('abcdef\r\x1b[Kxy')).toEqual(['xy']);
    expect(texts('abc\b\bX')).toEqual(['aXc']);
  });

  it('keeps colours over line and chunk edges', () => {
    const [first, second] = lines('\x1b[1;3', '1mred\nstill\x1b[0m plain');
    expect(unpackSgr(first!.runs![1]!)).toMatchObject({ foreground: 2, bold: true });
    expect(second!.runs).toEqual([0, first!.runs![1], 5, 0]);
  });

  it('reduces 256 and true colours to the sixteen', () => {
    const colour = (text: string): number => unpackSgr(lines(`${text}x`)[0]!.runs?.[1] ?? 0).foreground;
    expect(colour('\x1b[38;5;9m')).toBe(10);
    expect(colour('\x1b[38;2;180;10;10m')).toBe(2);
    expect(colour('\x1b[38;2;10;220;10m')).toBe(11);
    expect(colour('\x1b[38;5;999m')).toBe(0);
    expect(colour('\x1b[999m')).toBe(0);
  });

  it('S-090 cuts a line that never ends, and says by how much', () => {
    const [line] = lines('x'.repeat(maxLineCharacters), 'y'.repeat(500));
    expect(line).toMatchObject({ cutCharacters: 500 });
    expect(line!.text).toHaveLength(maxLineCharacters);
  });

  it('gives the same lines wherever the chunks are cut, and never a control character', () => {
    const piece = fc.constantFrom(
      'a',
      '\x1b',
      '[',
      '3',
      '1',
      'm',
      ';',
      'K',
      '\r',
      '\n',
      '\b',
      ']',
      '\x07',
      '\\',
      '\x9b',
      '😀',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.nat(60), (pieces, at) => {
        const text = pieces.join('');
        const whole = lines(text);
        expect(lines(text.slice(0, at), text.slice(at))).toEqual(whole);
        for (const line of whole) expect(line.text).not.toMatch(/[\0-\x08\x0a-\x1f\x7f-\x9f]/);
      }),
    );
  });
});
