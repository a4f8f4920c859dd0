import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinDeltas, LineCounter, type LineDelta } from './line-counter.js';
import type { LogEntry } from './log-entry.js';
import { type LogLine, LogLines } from './log-lines.js';
import { drawRun, firstNeededN } from './log-run.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const entries = (parts: readonly (readonly [step: number, stream: 1 | 2, text: string])[]): LogEntry[] =>
  parts.map(([step, stream, text], n) => ({ n, atMs: n, kind: 'text', step, stream, data: bytes(text) }));

function count(log: readonly LogEntry[]): LineDelta[] {
  const counter = new LineCounter();
  for (const entry of log) counter.take(entry);
  return counter.cut();
}

interface Drawn {
  readonly finished: Map<number, LogLine[]>;
  readonly lines: LogLines;
}
function draw(log: readonly LogEntry[]): Drawn {
  const finished = new Map<number, LogLine[]>();
  const lines = new LogLines();
  for (const entry of log) {
    lines.take(entry, (line) => finished.set(entry.step, [...(finished.get(entry.step) ?? []), line]));
  }
  return { finished, lines };
}

describe('LineCounter', () => {
  it('counts line feeds of both outputs and notices, step by step in the order in which they came', () => {
    const notice = { n: 9, atMs: 9, kind: 'notice', step: 0, stream: 0, data: bytes('{}') } as const;
    const deltas = count([
      ...entries([
        [7, 1, 'a\nb\n'],
        [2, 1, 'c\n'],
        [7, 2, 'd\n'],
      ]),
      notice,
    ]);
    expect(deltas.map(({ step, lines }) => [step, lines])).toEqual([
      [7, 3],
      [2, 1],
      [0, 1],
    ]);
  });

  it('knows in which entry an unfinished line begins, and in which style', () => {
    const [delta] = count(
      entries([
        [1, 1, 'x\n\x1b[31m'],
        [1, 1, 'begun'],
        [1, 1, ' and going on'],
      ]),
    );
    expect(delta!.outputs).toEqual([{ stream: 1, openN: 1, style: 2 }]);
  });

  it('knows it too when the line’s first character is cut between entries, at any of its bytes', () => {
    for (const character of ['é', '€', '🛢']) {
      const whole = bytes(character);
      for (let cut = 1; cut < whole.length; cut++) {
        const parts = [[...bytes('x\n'), ...whole.subarray(0, cut)], [...whole.subarray(cut)], [...bytes('end')]];
        const log = parts.map(
          (part, n): LogEntry => ({ n, atMs: n, kind: 'text', step: 1, stream: 1, data: Uint8Array.from(part) }),
        );
        expect(count(log)[0]!.outputs, `${character} at ${cut}`).toMatchObject([{ openN: 0 }]);
        expect(count(log.slice(0, 2))[0]!.outputs).toMatchObject([{ openN: 0 }]);
        expect(count(log.slice(0, 1))[0]!.outputs).toMatchObject([{ openN: 0 }]);
      }
    }
    const bytewise = [...bytes('🛢')].map(
      (byte, n): LogEntry => ({ n, atMs: n, kind: 'text', step: 1, stream: 1, data: Uint8Array.of(byte) }),
    );
    for (let end = 1; end <= 4; end++) expect(count(bytewise.slice(0, end))[0]!.outputs).toMatchObject([{ openN: 0 }]);
  });

  it('does not take for a line what a progress display has erased', () => {
    const [delta] = count(
      entries([
        [1, 1, 'done\nspinning'],
        [1, 1, '\r\x1b[K\x1b[?25h'],
      ]),
    );
    expect(delta).toEqual({ step: 1, lines: 1, outputs: [{ stream: 1, openN: null, style: 0 }] });
  });

  const piece = fc.constantFrom(
    'a',
    'bc',
    '\n',
    '\n\n',
    '\r',
    '\x1b[31m',
    '\x1b[0m',
    '\x1b[K',
    '\x1b[2K',
    '\x1b7',
    '\x1b8',
    '\x1b[9;1H',
    'é',
    '\t',
  );
  const part = fc.tuple(
    fc.integer({ min: 1, max: 2 }),
    fc.constantFrom<1 | 2>(1, 2),
    fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join('')),
  );
  const log = fc.array(part, { maxLength: 12 }).map(entries);

  it('counts what is drawn, in one piece or in two', () => {
    fc.assert(
      fc.property(log, fc.nat(12), (all, at) => {
        const { finished, lines } = draw(all);
        const counter = new LineCounter();
        for (const entry of all.slice(0, at)) counter.take(entry);
        const first = counter.cut();
        for (const entry of all.slice(at)) counter.take(entry);
        const joined = joinDeltas(first, counter.cut());
        expect(joined).toEqual(count(all));
        for (const { step, lines: counted, outputs } of joined) {
          expect(counted).toBe(finished.get(step)?.length ?? 0);
          expect(outputs.filter(({ openN }) => openN !== null)).toHaveLength(lines.unfinished(step).length);
        }
      }),
    );
  });

  it('lets a run be drawn alone as it is drawn from the start', () => {
    fc.assert(
      fc.property(log, fc.nat(12), (all, at) => {
        const firstN = Math.min(at, all.length);
        const before = count(all.slice(0, firstN));
        const whole = draw(all);
        const drawn = new Map(before.map(({ step, lines }) => [step, lines]));
        const start = { firstN, before };
        const needed = all.filter(({ n }) => n >= firstNeededN(start, 0));
        const lines = drawRun(start, needed, (step, line) => {
          const index = drawn.get(step) ?? 0;
          drawn.set(step, index + 1);
          const { atMs, rewrites, earlier, ...expected } = whole.finished.get(step)![index]!;
          expect(line).toMatchObject(expected);
          // A line that was erased where the run begins has lost what was erased.
          expect(line.rewrites).toBeLessThanOrEqual(rewrites);
          expect(earlier ?? []).toEqual(expect.arrayContaining([...(line.earlier ?? [])]));
          expect(line.atMs).toBeLessThanOrEqual(Math.max(atMs, firstN));
        });
        for (const [step, count] of drawn) expect(count).toBe(whole.finished.get(step)?.length ?? 0);
        for (const step of [1, 2]) {
          const text = (each: LogLines): string[] => each.unfinished(step).map((line) => line.text);
          for (const line of text(lines)) expect(text(whole.lines)).toContain(line);
        }
      }),
    );
  });
});
