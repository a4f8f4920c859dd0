import { inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FrameJoiner } from './frame-joiner.js';
import type { LogFrame } from './log-frame.js';

const frame = (firstN: number, count: number, bytes: number): LogFrame => ({
  firstN,
  nextN: firstN + count,
  bytes: new Uint8Array(bytes).fill(firstN % 251),
});

describe('live frames', () => {
  const passed: LogFrame[] = [];
  let joiner: FrameJoiner;
  const spans = () => passed.map(({ firstN, nextN }) => [firstN, nextN]);
  beforeEach(() => {
    vi.useFakeTimers();
    passed.length = 0;
    joiner = new FrameJoiner((given) => passed.push(given));
  });
  afterEach(() => vi.useRealTimers());

  it('are passed on at once while the log is calm', () => {
    for (let n = 0; n < 200; n++) {
      joiner.take(frame(n, 1, 40));
      expect(passed).toHaveLength(n + 1);
      vi.advanceTimersByTime(10);
    }
  });

  it('are joined when the log prints fast, a tenth of a second at a time, with every byte in its place', () => {
    for (let n = 0; n < 100; n++) {
      joiner.take(frame(n * 50, 50, 5_000));
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(100);
    expect(passed.length).toBeLessThan(20);
    expect(spans().map(([firstN]) => firstN)).toEqual([0, ...spans().map(([, nextN]) => nextN)].slice(0, -1));
    expect(spans().at(-1)?.[1]).toBe(5_000);
    const bytes = Array.from({ length: 100 }, (_, n) => Buffer.alloc(5_000, (n * 50) % 251));
    expect(Buffer.concat(passed.map((given) => given.bytes)).equals(Buffer.concat(bytes))).toBe(true);
  });

  it('are packed where they were held back, and not where they were passed on at once', () => {
    joiner.take(frame(0, 1, 40));
    joiner.take(frame(1, 1, 30_000));
    joiner.flush();
    expect(passed[0]!.packed).toBeUndefined();
    expect(inflateRawSync(passed[1]!.packed!).equals(passed[1]!.bytes)).toBe(true);
  });

  it('are passed on at once again after a rest', () => {
    for (let n = 0; n < 10; n++) joiner.take(frame(n, 1, 10_000));
    vi.advanceTimersByTime(500);
    const before = passed.length;
    joiner.take(frame(10, 1, 40));
    expect(passed).toHaveLength(before + 1);
  });

  it('are not joined over a hole, nor beyond 128 KiB', () => {
    joiner.take(frame(0, 1, 20_000));
    joiner.take(frame(5, 1, 20_000));
    expect(spans()).toEqual([[0, 1]]);
    for (let n = 6; n < 13; n++) joiner.take(frame(n, 1, 20_000));
    joiner.flush();
    expect(spans()).toEqual([
      [0, 1],
      [5, 11],
      [11, 13],
    ]);
  });

  it('are forgotten when nobody watches any more', () => {
    joiner.take(frame(0, 1, 20_000));
    joiner.stop();
    vi.advanceTimersByTime(1_000);
    expect(passed).toEqual([]);
  });
});
