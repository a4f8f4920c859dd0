import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineEvent } from '../engine.js';
import { OutputPace } from './output-pace.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const mebibyte = 1_048_576;

function paced() {
  const told: boolean[] = [];
  const pace = new OutputPace({ hold: (held) => told.push(held) });
  /** Output that was printed `ageMs` ago. */
  const printed = (bytes: number, ageMs: number): EngineEvent => ({
    ...{ type: 'log', stepId: 's', stream: 1, data: new Uint8Array(bytes), at: new Date(Date.now() - ageMs) },
  });
  return { pace, told, printed };
}

describe('the pace of output (S-041)', () => {
  it('holds a build back whose output is old when it is taken, and lets it go once it is not', () => {
    const { pace, told, printed } = paced();
    pace.take(printed(mebibyte, 10), () => {});
    expect(told).toEqual([]);
    pace.take(printed(mebibyte, 400), () => {});
    pace.take(printed(mebibyte, 80), () => {});
    expect(told).toEqual([true]);
    pace.take(printed(mebibyte, 20), () => {});
    expect(told).toEqual([true, false]);
    pace.stop();
  });

  it('does it while somebody takes their time, and lets it go when nothing more comes', async () => {
    const { pace, told, printed } = paced();
    const { promise, resolve } = Promise.withResolvers<void>();
    const taking = pace.take(printed(2 * mebibyte, 0), () => promise);
    vi.advanceTimersByTime(100);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(told).toEqual([true]);
    resolve();
    await taking;
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(400);
    expect(told).toEqual([true, false]);
    pace.stop();
  });

  it('lets a build be that prints little, however late it is read', () => {
    const { pace, told, printed } = paced();
    for (let second = 0; second < 20; second++) {
      pace.take(printed(mebibyte / 4, 5_000), () => {});
      vi.advanceTimersByTime(500);
    }
    expect(told).toEqual([]);
    pace.stop();
  });

  it('leaves nobody held when the build ends', () => {
    const { pace, told, printed } = paced();
    pace.take(printed(mebibyte, 400), () => {});
    pace.stop();
    expect(told).toEqual([true, false]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('passes on what else happens, and everything where there is no group', async () => {
    const { pace, told, printed } = paced();
    const seen: string[] = [];
    const emit = ({ type }: EngineEvent) => void seen.push(type);
    pace.take({ type: 'pushing', digest: 'sha256:0' } as EngineEvent, emit);
    new OutputPace(undefined).take(printed(mebibyte, 5_000), emit);
    expect(seen).toEqual(['pushing', 'log']);
    expect(told).toEqual([]);
    const refusal = pace.take(printed(1, 0), () => Promise.reject(new Error('not taken')));
    await expect(refusal).rejects.toThrow('not taken');
    pace.stop();
  });
});
