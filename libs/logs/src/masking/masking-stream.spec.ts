import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { split } from '../../spec/split.js';
import { MaskingStream } from './masking-stream.js';
import { type Pattern, PatternAutomaton } from './pattern-automaton.js';

/** What masking means, said as plainly as possible: all places of all patterns, joined where they overlap. */
function maskWhole(text: Buffer, patterns: readonly Pattern[], marks: readonly Buffer[]): Buffer {
  const places = patterns.flatMap(({ bytes, owner }) =>
    Array.from({ length: text.length }, (_, start) => start)
      .filter((start) => text.subarray(start, start + bytes.length).equals(bytes))
      .map((start) => ({ start, end: start + bytes.length, owner })),
  );
  places.sort((one, other) => one.start - other.start || other.end - one.end);
  const parts: Buffer[] = [];
  let end = 0;
  for (const place of places) {
    if (place.start >= end || end === 0) parts.push(text.subarray(end, place.start), marks[place.owner]!);
    end = Math.max(end, place.end);
  }
  return Buffer.concat([...parts, text.subarray(end)]);
}

function maskParts(parts: readonly Uint8Array[], patterns: readonly Pattern[], marks: readonly Buffer[]): Buffer {
  const stream = new MaskingStream(PatternAutomaton.of(patterns), (owner) => marks[owner]!);
  const pushed = parts.map((part) => Buffer.from(stream.push(Buffer.from(part))));
  return Buffer.concat([...pushed, stream.finish()]);
}

const marks = [Buffer.from('<0>'), Buffer.from('<1>'), Buffer.from('<2>'), Buffer.from('<3>')];
const letters = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom(97, 98), { minLength, maxLength }).map((bytes) => Buffer.from(bytes));
const somePatterns = fc.array(letters(1, 7), { minLength: 1, maxLength: 4 }).map(
  // Equal patterns belong to the first; the plain definition sorts equals in the same order.
  (values) => values.map((bytes, owner): Pattern => ({ bytes, owner })),
);
const cuts = fc.array(fc.nat(80), { maxLength: 12 });

describe('S-053 masking a stream', () => {
  it('covers exactly what masking the whole text covers, however it is cut', () => {
    fc.assert(
      fc.property(somePatterns, letters(0, 80), cuts, (patterns, text, at) => {
        expect(maskParts(split(text, at), patterns, marks).toString()).toBe(
          maskWhole(text, patterns, marks).toString(),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('gives the same again after it was finished once', () => {
    fc.assert(
      fc.property(somePatterns, letters(0, 40), letters(0, 40), cuts, (patterns, first, second, at) => {
        const stream = new MaskingStream(PatternAutomaton.of(patterns), (owner) => marks[owner]!);
        const all = (text: Buffer) =>
          Buffer.concat([...split(text, at).map((part) => Buffer.from(stream.push(part))), stream.finish()]);
        expect(all(first).toString()).toBe(maskWhole(first, patterns, marks).toString());
        expect(all(second).toString()).toBe(maskWhole(second, patterns, marks).toString());
      }),
    );
  });

  it('holds back exactly what can still become a pattern', () => {
    fc.assert(
      fc.property(somePatterns, letters(0, 60), (patterns, text) => {
        fc.pre(patterns.every(({ bytes }) => !text.includes(Buffer.from(bytes))));
        const stream = new MaskingStream(PatternAutomaton.of(patterns), () => Buffer.from('!'));
        const out = Buffer.from(stream.push(text));
        expect(out.toString()).toBe(text.subarray(0, text.length - longestBeginning(text, patterns)).toString());
      }),
    );
  });

  it('lets everything through when there is nothing to find, without a copy', () => {
    const stream = new MaskingStream(PatternAutomaton.of([]), () => Buffer.from('!'));
    const bytes = Buffer.from('anything\0\xff', 'latin1');
    expect(stream.push(bytes)).toBe(bytes);
    expect(stream.finish()).toHaveLength(0);
  });

  it('counts an overlap as one region, and neighbours as two', () => {
    const patterns = [{ bytes: Buffer.from('abab'), owner: 0 }];
    expect(maskParts([Buffer.from('xababab-abababab')], patterns, marks).toString()).toBe('x<0>-<0>');
    expect(maskParts([Buffer.from('abab')], patterns, marks).toString()).toBe('<0>');
    const single = [{ bytes: Buffer.from('key'), owner: 1 }];
    expect(maskParts([Buffer.from('keykey')], single, marks).toString()).toBe('<1><1>');
  });
});

function longestBeginning(text: Buffer, patterns: readonly Pattern[]): number {
  const lengths = Array.from({ length: text.length }, (_, index) => text.length - index);
  const begins = (end: Buffer) => patterns.some(({ bytes }) => end.equals(bytes.subarray(0, end.length)));
  return lengths.find((length) => begins(text.subarray(text.length - length))) ?? 0;
}
