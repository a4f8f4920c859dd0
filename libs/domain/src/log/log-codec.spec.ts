import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLogEntries, encodeLogEntries, logEntriesFrom, spanOfLogEntries } from './log-codec.js';
import type { LogEntry } from './log-entry.js';

const number = fc.oneof(fc.nat(300), fc.maxSafeNat());
const entry = fc.record<LogEntry>({
  n: number,
  atMs: number,
  kind: fc.constantFrom('text', 'notice'),
  step: number,
  stream: fc.constantFrom(0, 1, 2),
  data: fc.uint8Array({ maxLength: 300 }),
});
const text = (n: number, data = 'x'): LogEntry => ({
  n,
  atMs: 5,
  kind: 'text',
  step: 1,
  stream: 1,
  data: new TextEncoder().encode(data),
});

describe('the binary form of log entries', () => {
  it('gives back what was put in', () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        expect(decodeLogEntries(encodeLogEntries(entries))).toEqual(entries);
      }),
    );
  });

  it('keeps its bytes: stored logs outlive this version', () => {
    const bytes = encodeLogEntries([{ ...text(300, 'hi'), atMs: 1, step: 2, stream: 2 }]);
    expect([...bytes]).toEqual([8, 0xac, 0x02, 1, 0, 2, 2, 0x68, 0x69]);
  });

  it('can be put together from parts', () => {
    const parts = [encodeLogEntries([text(0)]), encodeLogEntries([text(1), text(2)])];
    expect(decodeLogEntries(Buffer.concat(parts)).map(({ n }) => n)).toEqual([0, 1, 2]);
  });

  it('S-099 refuses broken bytes with a RangeError and reads never past the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        for (const read of [decodeLogEntries, spanOfLogEntries, (b: Uint8Array) => logEntriesFrom(b, 1e9)]) {
          try {
            read(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['a cut entry', encodeLogEntries([text(0, 'abc')]).subarray(0, -1)],
    ['a header longer than its entry', Uint8Array.of(2, 0, 0, 0, 0, 1)],
    ['an unknown kind', Uint8Array.of(5, 0, 0, 9, 0, 1)],
    ['an unknown stream', Uint8Array.of(5, 0, 0, 0, 0, 3)],
    ['a number above 2^53', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)],
    ['a number without end', new Uint8Array(20).fill(0xff)],
  ])('S-099 refuses %s', (_name, bytes) => {
    expect(() => decodeLogEntries(bytes)).toThrow(RangeError);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53])('refuses to write the number %s', (n) => {
    expect(() => encodeLogEntries([text(n)])).toThrow(RangeError);
  });
});

describe('spans', () => {
  it('names the covered numbers without decoding', () => {
    expect(spanOfLogEntries(encodeLogEntries([text(7), text(8), text(9)]))).toEqual({ firstN: 7, nextN: 10 });
    expect(spanOfLogEntries(new Uint8Array())).toBeUndefined();
  });

  it.each([
    [0, [3, 4, 5]],
    [4, [4, 5]],
    [5, [5]],
    [6, []],
  ])('cuts from %i on', (fromN, left) => {
    const bytes = encodeLogEntries([text(3), text(4, 'a longer one'), text(5)]);
    expect(decodeLogEntries(logEntriesFrom(bytes, fromN)).map(({ n }) => n)).toEqual(left);
  });
});
