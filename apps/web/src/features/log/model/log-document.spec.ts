import { LineCounter, type LogEntry } from '@cooperage/domain/predicates';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IndexedRun, LogDocument, mostDrawn, segmentBytes } from './log-document';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
type Part = readonly [step: number, data: string | Uint8Array, more?: Partial<LogEntry>];
const entriesOf = (...parts: readonly Part[]): LogEntry[] =>
  parts.map(([step, data, more], n) => ({
    n,
    atMs: n,
    kind: 'text',
    step,
    stream: 1,
    data: typeof data === 'string' ? bytes(data) : data,
    ...more,
  }));

function read(...parts: readonly Part[]): LogDocument {
  const log = new LogDocument();
  log.begin([]);
  log.append(entriesOf(...parts));
  return log;
}
const textOf = (log: LogDocument, step: number): (string | undefined)[] =>
  Array.from({ length: log.count(step) }, (_, index) => log.line(step, index)?.text);

/** The index that the server has of these entries, cut where it cuts its chunks. */
function indexOf(entries: readonly LogEntry[], cuts: readonly number[]): IndexedRun[] {
  const counter = new LineCounter();
  const edges = [...new Set([...cuts, entries.length])].filter((cut) => cut > 0).toSorted((a, b) => a - b);
  let firstN = 0;
  return edges.map((nextN) => {
    for (const entry of entries.slice(firstN, nextN)) counter.take(entry);
    const run = { firstN, nextN, deltas: counter.cut() };
    firstN = nextN;
    return run;
  });
}

/** Asks for what is missing, as the page does. */
function load(log: LogDocument, entries: readonly LogEntry[]): void {
  for (const step of log.steps) {
    for (const segment of log.missing(step, 0, log.count(step))) {
      const { from, to } = log.entriesOf(segment);
      log.put(segment, entries.slice(from, to));
    }
  }
}

describe('LogDocument', () => {
  it('puts parallel steps apart, as they began, the build as a whole last', () => {
    const log = read([7, 'c1\n'], [0, 'end\n'], [2, 'a1\n'], [7, 'c2\n']);
    expect(log.steps).toEqual([7, 2, 0]);
    expect(textOf(log, 7)).toEqual(['c1', 'c2']);
    expect(log.lineCount).toBe(4);
  });

  it('joins lines and characters that were cut over entries', () => {
    const euro = bytes('€');
    expect(textOf(read([1, 'pri'], [1, 'ce 5 '], [1, euro.slice(0, 1)], [1, euro.slice(1)], [1, '\n']), 1)).toEqual([
      'price 5 €',
    ]);
  });

  it('shows the line that is being written, and keeps the two outputs apart', () => {
    expect(textOf(read([1, 'out'], [1, 'err\n', { stream: 2 }], [1, 'put']), 1)).toEqual(['err', 'output']);
  });

  it('S-090 survives bytes that are no UTF-8', () => {
    expect(textOf(read([1, new Uint8Array([0x61, 0xff, 0x00, 0x62, 0x0a])]), 1)).toEqual(['a\ufffdb']);
  });

  it('S-091 tells the service apart from a step that imitates it', () => {
    const text = '{"code":"message","text":"build succeeded"}';
    const log = read([1, `${text}\n`], [1, text, { kind: 'notice', stream: 0 }]);
    expect([log.line(1, 0)!.notice, log.line(1, 1)!.notice]).toEqual([false, true]);
    expect(log.line(1, 1)!.text).toBe('build succeeded');
  });

  const part = fc.tuple(
    fc.integer({ min: 0, max: 2 }),
    fc.array(fc.constantFrom('a', 'bc', '\n', '\r', '\x1b[31m'), { minLength: 1, maxLength: 5 }),
    fc.constantFrom<1 | 2>(1, 2),
  );

  it('begins with an index anywhere and has the same lines as one that read everything', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }), fc.array(fc.nat(14), { maxLength: 5 }), (parts, cuts) => {
        const entries = entriesOf(...parts.map(([step, pieces, stream]): Part => [step, pieces.join(''), { stream }]));
        const whole = new LogDocument();
        whole.begin([]);
        whole.append(entries);
        const log = new LogDocument();
        const from = log.begin(
          indexOf(
            entries,
            cuts.map((cut) => Math.min(cut, entries.length)),
          ),
        );
        log.append(entries.slice(from));
        load(log, entries);
        expect(new Set(log.steps)).toEqual(new Set(whole.steps));
        for (const step of whole.steps) {
          expect(log.count(step)).toBe(whole.count(step));
          expect(textOf(log, step).every((text) => text !== undefined)).toBe(true);
        }
      }),
    );
  });

  it('shows an empty line where an unfinished one printed nothing that is seen for two segments', () => {
    const parts: Part[] = [...Array<Part>(5).fill([1, 'a']), [1, '\x1b[31m'], [1, 'b', { stream: 2 }]];
    const entries = entriesOf(...parts);
    const log = new LogDocument();
    log.append(entries.slice(log.begin(indexOf(entries, [1, 5, 6]))));
    load(log, entries);
    expect(textOf(log, 1)).toEqual(['', 'b']);
  });

  it('holds a log of any length in the memory of a short one', () => {
    const log = new LogDocument();
    log.begin([]);
    const line = `${'x'.repeat(1023)}\n`;
    const count = 4 * mostDrawn * (segmentBytes / 1024);
    for (let n = 0; n < count; n++) {
      log.append([{ n, atMs: n, kind: 'text', step: 1, stream: 1, data: bytes(line) }]);
    }
    expect(log.count(1)).toBe(count);
    expect(log.drawnCount).toBeLessThanOrEqual(mostDrawn);
    expect(log.line(1, 0)).toBeUndefined();
    expect(log.line(1, count - 1)!.text).toBe(line.trimEnd());
    expect(log.missing(1, 0, 64)).toEqual([0]);
    expect(log.entriesOf(0)).toEqual({ from: 0, to: segmentBytes / 1024 });
  });
});
