import { type LogLine, TerminalText } from '@cooperage/domain/predicates';
import { describe, expect, it } from 'vitest';
import { linePieces } from './line-pieces';

function line(text: string): LogLine {
  const terminal = new TerminalText();
  terminal.write(text, () => {});
  return { ...terminal.peek(), atMs: 0, stream: 1, notice: false };
}
const none = { text: '', matchCase: false, isRegex: false };

describe('pieces of a line', () => {
  it('are one for a plain line', () => {
    expect(linePieces(line('plain'), 100, none)).toMatchObject([{ start: 0, text: 'plain', style: 0, href: null }]);
  });

  it('change with colours, links and what was found, and together are the line', () => {
    const pieces = linePieces(
      line('a \x1b[31mred \x1b]8;;https://example.test/\x1b\\link\x1b]8;;\x1b\\\x1b[0m end'),
      100,
      {
        ...none,
        text: 'D L',
      },
    );
    expect(pieces.map(({ text }) => text).join('')).toBe('a red link end');
    expect(pieces.filter(({ href }) => href).map(({ text }) => text)).toEqual(['l', 'ink']);
    expect(pieces.filter(({ found }) => found).map(({ text }) => text)).toEqual(['d ', 'l']);
    expect(pieces.find(({ text }) => text.startsWith('re'))!.style).not.toBe(0);
  });

  it('name the secret that was masked', () => {
    const pieces = linePieces(line('token=[secret NPM_TOKEN]!'), 100, { ...none, text: 'npm' });
    expect(pieces.map(({ text, secret }) => secret ?? text)).toEqual(['token=', 'NPM_TOKEN', '!']);
  });

  it('end where no more is drawn', () => {
    expect(linePieces(line('x'.repeat(50)), 10, none).map(({ text }) => text.length)).toEqual([10]);
    expect(linePieces(line(''), 10, none)).toEqual([]);
  });
});
