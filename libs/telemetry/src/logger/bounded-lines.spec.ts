import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BoundedLines } from './bounded-lines.js';
import { createLogger } from './logger.js';

const bounds = { lines: 3, windowMs: 1_000 };
let lines: Record<string, unknown>[];
let bounded: BoundedLines;
beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  bounded = new BoundedLines(createLogger({ process: 'api', level: 'info', destination }), 'left out', bounds);
});
afterEach(() => vi.useRealTimers());

const admitted = (kind: string, times: number) =>
  Array.from({ length: times }, () => bounded.admits(kind)).filter((isAdmitted) => isAdmitted).length;

describe('R13B-4 lines whose number a stranger chooses', () => {
  it('R13B-4 are bounded by kind, and what was left out is one line each, once', () => {
    expect([admitted('a', 1_000), admitted('b', 5), admitted('c', 3)]).toEqual([3, 3, 3]);
    expect(lines).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(lines).toMatchObject([
      { level: 'warn', message: 'left out', kind: 'a', leftOut: 997, withinMs: 1_000 },
      { kind: 'b', leftOut: 2 },
    ]);
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(2);
  });

  it('R13B-4 are written again in the next time', () => {
    expect(admitted('a', 10)).toBe(3);
    vi.advanceTimersByTime(1_000);
    expect(admitted('a', 4)).toBe(3);
    vi.advanceTimersByTime(1_000);
    expect(lines.map(({ leftOut }) => leftOut)).toEqual([7, 1]);
  });

  it('R13B-4 that were left out are said at the end of the process too', () => {
    admitted('a', 4);
    bounded.close();
    expect(lines).toMatchObject([{ kind: 'a', leftOut: 1 }]);
  });
});
