import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BoundedLines } from './bounded-lines.js';

function linesOf(chunks: readonly Uint8Array[], maxBytes: number) {
  const lines: string[] = [];
  const reader = new BoundedLines(maxBytes, (line) => lines.push(line.toString('latin1')));
  for (const chunk of chunks) reader.push(chunk);
  return { lines, skipped: reader.skipped };
}

it('R5-B6 keeps lines up to the limit and counts longer ones, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9)), fc.array(fc.nat(60)), (lengths, cuts) => {
      const all = lengths.map((length) => 'x'.repeat(length));
      const bytes = Buffer.from(all.map((line) => `${line}\n`).join(''));
      const ends = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const chunks = ends.slice(1).map((end, index) => bytes.subarray(ends[index], end));
      const lines = all.filter((line) => line.length <= 5);
      expect(linesOf(chunks, 5)).toEqual({ lines, skipped: all.length - lines.length });
    }),
  );
});

it('R5-B6 counts a line that is too long before its end has come', () => {
  expect(linesOf([Buffer.from('ab\nabc'), Buffer.from('def')], 5)).toEqual({ lines: ['ab'], skipped: 1 });
});
