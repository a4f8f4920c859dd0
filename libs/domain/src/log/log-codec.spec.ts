import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLogEntries, encodeLogEntries, logEntriesFrom, logEntriesWithin, spanOfLogEntries } from './log-codec.js';
import type { LogEntry } from './log-entry.js';

const number = fc.oneof(fc.nat(300), fc.maxSafeNat());
const anyEntry = fc.record<LogEntry>({
  n: number,
  atMs: number,
  kind: fc.constantFrom('text', 'notice'),
  step: number,
  stream: fc.constantFrom(0, 1, 2),
  data: fc.uint8Array({ maxLength: 300 }),
});
/** A log as it is written: numbers follow each other, time goes on. */
const written = fc
  .tuple(number, fc.array(fc.tuple(anyEntry, fc.nat(300)), { maxLength: 20 }))
  .map(([firstN, entries]) => {
    let atMs = 0;
    return entries.map(([each, sinceMs], index): LogEntry => {
      atMs += sinceMs;
      return { ...each, n: Math.min(firstN, 1e15) + index, atMs };
    });
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
      fc.property(fc.oneof(written, fc.array(anyEntry)), (entries) => {
        expect(decodeLogEntries(encodeLogEntries(entries))).toEqual(entries);
      }),
    );
  });

  it('keeps its bytes: stored logs outlive this version', () => {
    const entries: LogEntry[] = [
      { ...text(300, 'hi'), atMs: 1000, step: 2, stream: 2 },
      { ...text(301, '{}'), atMs: 1003, kind: 'notice', step: 0, stream: 0 },
      { ...text(9, '!'), atMs: 0 },
    ];
    const first = [5, 2, 2, 0, 0x68, 0x69];
    const second = [5, 4, 0, 3, 0x7b, 0x7d];
    expect([...encodeLogEntries(entries)]).toEqual([
      ...[16, 0xac, 0x02, 0xe8, 0x07, ...first, ...second],
      ...[7, 9, 0, 4, 1, 1, 0, 0x21],
    ]);
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
    ['a cut frame', encodeLogEntries([text(0, 'abc')]).subarray(0, -1)],
    ['a frame without numbers', Uint8Array.of(0)],
    ['an entry longer than its frame', Uint8Array.of(6, 0, 0, 4, 1, 1, 0)],
    ['an entry without numbers', Uint8Array.of(4, 0, 0, 1, 1)],
    ['an unknown kind', Uint8Array.of(6, 0, 0, 3, 9, 1, 0)],
    ['an unknown stream', Uint8Array.of(6, 0, 0, 3, 3, 1, 0)],
    ['a number above 2^53', Uint8Array.of(10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0)],
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

  it('R16A-3 cuts the end where the entries hold enough, and leaves at least one', () => {
    fc.assert(
      fc.property(written, fc.nat(60), (entries, most) => {
        let data = 0;
        const wanted = entries.filter((entry, index) => {
          data += entry.data.length;
          return index === 0 || data <= most;
        });
        const bytes = encodeLogEntries(entries);
        expect(decodeLogEntries(logEntriesWithin(bytes, most, Infinity))).toEqual(wanted);
        const small = decodeLogEntries(logEntriesWithin(bytes, Infinity, most));
        expect(small).toEqual(entries.slice(0, Math.max(small.length, Math.min(1, entries.length))));
        if (small.length > 1) expect(encodeLogEntries(small).length).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('cuts anywhere, without a change to what follows', () => {
    fc.assert(
      fc.property(written, fc.nat(25), fc.array(fc.nat(20), { maxLength: 3 }), (entries, skipped, cuts) => {
        const fromN = (entries[0]?.n ?? 0) + skipped;
        const at = [0, ...cuts.toSorted((one, other) => one - other), entries.length];
        const bytes = Uint8Array.from(
          Buffer.concat(at.map((start, index) => encodeLogEntries(entries.slice(start, at[index + 1] ?? start)))),
        );
        expect(decodeLogEntries(logEntriesFrom(bytes, fromN))).toEqual(entries.filter(({ n }) => n >= fromN));
        const span = entries.length === 0 ? undefined : { firstN: entries[0]!.n, nextN: entries.at(-1)!.n + 1 };
        expect(spanOfLogEntries(bytes)).toEqual(span);
      }),
    );
  });
});
