import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastPlainLines } from './plain-lines.js';

describe('the last lines of printed text', () => {
  it('are as a terminal shows them, without colours', () => {
    const text =
      'one\n\u001b[31merror\u001b[0m: no\u001b]8;;https://x.example\u0007 link\u001b]8;;\u0007\n10 %\r50 %\rdone\r\n\n  \n';
    expect(lastPlainLines(text, 20)).toEqual(['one', 'error: no link', 'done']);
  });

  it('are no more than asked for, and none is endless', () => {
    expect(lastPlainLines('a\nb\nc\n', 2)).toEqual(['b', 'c']);
    expect(lastPlainLines('x'.repeat(600), 1)).toEqual([`${'x'.repeat(500)}…`]);
    expect(lastPlainLines('', 5)).toEqual([]);
  });

  it('S-086 hold no control character, whatever a step prints', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const line of lastPlainLines(text, 20)) expect(line).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f]/);
      }),
    );
  });
});
