import { recording, recordings, shownByTerminal, visible } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import type { StyledLine } from './line-cells.js';
import { TerminalText } from './terminal-text.js';

function drawn(text: string): StyledLine[] {
  const terminal = new TerminalText();
  const lines: StyledLine[] = [];
  terminal.write(text, (line) => lines.push(line));
  if (!terminal.isEmpty) lines.push(terminal.peek());
  return lines;
}

const textsOf = (lines: readonly StyledLine[]): string[] => visible(lines.map((line) => line.text));

describe('what package managers print while they work', () => {
  it.each(recordings.filter((name) => name !== 'apt-purge'))('%s ends as a terminal shows it', async (name) => {
    const text = await recording(name);
    const lines = drawn(text);
    expect(textsOf(lines)).toEqual(await shownByTerminal(text));
    expect(Math.max(...lines.map(({ rewrites }) => rewrites))).toBeGreaterThan(5);
  });

  it('apt-purge, which draws a bar at the bottom of the screen, differs by the row that it went up to make room', async () => {
    const text = await recording('apt-purge');
    const lines = drawn(text);
    const [ours, theirs] = [textsOf(lines), await shownByTerminal(text)];
    expect(ours.filter(Boolean)).toEqual(theirs.filter(Boolean));
    expect(
      lines.flatMap(({ earlier }) => earlier ?? []).filter((state) => /^Progress: \[/.test(state)).length,
    ).toBeGreaterThan(3);
  });

  it('has colours but no sequence left, and all of its states but the oldest of very many', async () => {
    for (const name of recordings) {
      const lines = drawn(await recording(name));
      for (const { text, earlier } of lines)
        expect([text, ...(earlier ?? [])].join('')).not.toMatch(/[\0-\x08\x0a-\x1f\x7f-\x9f]/);
      for (const { rewrites, earlier } of lines) expect(earlier?.length ?? 0).toBe(Math.min(rewrites, 24));
    }
  });
});

describe('compared with a terminal', () => {
  it.each([
    ['overwriting', 'abc\rX'],
    ['erasing behind the cursor', 'abcdef\rab\x1b[K'],
    ['erasing all of the line', 'abc\x1b[2Kd'],
    ['erasing what was written, at last', 'abc\r\x1b[K'],
    ['erasing the rest of the screen', 'abcdef\rab\x1b[J'],
    ['backspaces', 'abc\b\bX'],
    ['columns', 'abc\x1b[1GX\x1b[5GY\x1b[3DZ'],
    ['a saved place', 'ab\x1b7cd\x1b8X'],
    ['a place saved the other way', 'ab\x1b[scd\x1b[uX'],
    ['colours', '\x1b[31mred\x1b[0m'],
    ['a title', '\x1b]0;title\x07ok'],
    ['a hidden cursor', '\x1b[?25lok\x1b[?25h'],
    ['a link', '\x1b]8;;https://example.org\x1b\\ok\x1b]8;;\x1b\\'],
  ])('%s ends the same', async (_, text) => {
    expect(textsOf(drawn(text))).toEqual(await shownByTerminal(text));
  });

  it('keeps every drawing of a display of several lines, which a terminal draws over', async () => {
    const text = 'one 1\r\ntwo 1\r\n\x1b[2Aone 2\r\ntwo 2\r\n';
    expect(drawn(text).map((line) => line.text)).toEqual(['one 1', 'two 1', 'one 2', 'two 2']);
    expect(await shownByTerminal(text)).toEqual(['one 2', 'two 2']);
  });

  it('shows at the end of the line what a program wrote elsewhere and never came back from', () => {
    expect(drawn('a\x1b7\x1b[24;0fb\nc').map((line) => line.text)).toEqual(['ab', 'c']);
  });
});
