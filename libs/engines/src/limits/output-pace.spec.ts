import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineEvent } from '../engine.js';
import { OutputPace } from './output-pace.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const mebibyte = 1_048_576;

function paced({ hasNeighbours = false } = {}) {
  const told: boolean[] = [];
  const pace = new OutputPace({ hold: (_by, held) => told.push(held), hasNeighbours: () => hasNeighbours });
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

  it('holds a build back beside others that prints more than its share, until that is paid with time', () => {
    const { pace, told, printed } = paced({ hasNeighbours: true });
    for (let i = 0; i < 2; i++) pace.take(printed(mebibyte, 0), () => {});
    expect(told).toEqual([]);
    pace.take(printed(mebibyte, 0), () => {});
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(2_900);
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(200);
    expect(told).toEqual([true, false]);
    pace.stop();
  });

  it('takes what is printed already at the same pace, and at once when the build ends', async () => {
    const { pace, printed } = paced({ hasNeighbours: true });
    const taken: number[] = [];
    const take = async (number: number) => pace.take(printed(mebibyte, 0), () => void taken.push(number));
    await Promise.all([take(1), take(2), take(3)]);
    const [fourth, fifth] = [take(4), take(5)];
    await vi.advanceTimersByTimeAsync(900);
    expect(taken).toEqual([1, 2, 3]);
    await vi.advanceTimersByTimeAsync(200);
    expect(taken).toEqual([1, 2, 3, 4]);
    pace.stop();
    await vi.advanceTimersByTimeAsync(50);
    await Promise.all([fourth, fifth]);
    expect(taken).toEqual([1, 2, 3, 4, 5]);
  });

  it('lets a build print what it likes that nobody is beside', () => {
    const { pace, told, printed } = paced();
    for (let i = 0; i < 50; i++) pace.take(printed(mebibyte, 0), () => {});
    expect(told).toEqual([]);
    pace.stop();
  });

  it('leaves nobody held when the build ends', () => {
    const { pace, told, printed } = paced();
    pace.take(printed(mebibyte, 400), () => {});
    pace.stop();
    pace.take(printed(mebibyte, 400), () => {});
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
