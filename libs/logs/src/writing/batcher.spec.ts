import { decodeLogEntries, type LogEntry } from '@cooperage/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Batcher, batchAgeMs, entryBytes } from './batcher.js';
import type { LogBatch } from './log-batch.js';

let left: LogBatch[];
let n: number;
let batcher: Batcher;
const entry = (text: string, change: Partial<LogEntry> = {}): LogEntry => {
  return { n: n++, atMs: 7, kind: 'text', step: 1, stream: 1, data: Buffer.from(text), ...change };
};

beforeEach(() => {
  vi.useFakeTimers();
  left = [];
  n = 0;
  batcher = new Batcher(
    (batch) => left.push(batch),
    () => performance.now(),
  );
});
afterEach(() => vi.useRealTimers());

describe('the batcher', () => {
  it('lets an entry leave in the same turn after a quiet moment', () => {
    batcher.add(entry('a'));
    expect(left).toHaveLength(1);
    vi.advanceTimersByTime(batchAgeMs);
    batcher.add(entry('b'));
    expect(left).toHaveLength(2);
  });

  it('gathers under load, for no longer than its age', () => {
    batcher.add(entry('a'));
    batcher.add(entry('b'));
    vi.advanceTimersByTime(batchAgeMs - 1);
    batcher.add(entry('c'));
    expect(left).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(left.map(({ firstN, lastN }) => [firstN, lastN])).toEqual([
      [0, 0],
      [1, 2],
    ]);
  });

  it('lets a full batch leave at once', () => {
    batcher.add(entry('a'));
    batcher.add(entry('x'.repeat(entryBytes - 1)));
    expect(left).toHaveLength(1);
    batcher.add(entry('y'));
    expect(left).toHaveLength(2);
    vi.advanceTimersByTime(100);
    expect(left).toHaveLength(2);
  });

  it('says what a batch holds: numbers, lines and bytes of its text, and the entries', () => {
    batcher.add(entry('a'));
    const entries = [
      entry('one\ntwo\n'),
      entry('{"x":"\n"}', { kind: 'notice', stream: 0 }),
      entry('end', { atMs: 9 }),
    ];
    for (const each of entries) batcher.add(each);
    batcher.flush();
    expect(left[1]).toMatchObject({ firstN: 1, lastN: 3, firstAtMs: 7, lines: 2, textBytes: 11 });
    expect(decodeLogEntries(left[1]!.bytes).map(({ data }) => Buffer.from(data).toString())).toEqual(
      entries.map(({ data }) => Buffer.from(data).toString()),
    );
  });

  it('forgets what has not left when it is told to', () => {
    batcher.add(entry('a'));
    batcher.add(entry('b'));
    batcher.discard();
    vi.advanceTimersByTime(100);
    expect(left).toHaveLength(1);
  });

  it('waits no longer than its age when the clock goes back', () => {
    let nowMs = 1e9;
    batcher = new Batcher(
      (batch) => left.push(batch),
      () => nowMs,
    );
    batcher.add(entry('a'));
    nowMs = 0;
    batcher.add(entry('b'));
    vi.advanceTimersByTime(batchAgeMs);
    expect(left).toHaveLength(2);
  });
});
