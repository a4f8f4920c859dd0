import type { AttemptRepository, ClaimedAttempt } from '@cooperage/db';
import { BuildFailure } from '@cooperage/domain';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DiskGrowth } from '../disk-growth.js';
import { HeldAttempts } from './held-attempts.js';

const gibibyte = 1024 ** 3;

const attempt = { attemptId: 'a', build: { limits: { timeoutMs: 60_000 } } } as unknown as ClaimedAttempt;
const logger = createLogger({ process: 'test', level: 'silent' });

/** Work that ends when it is told to, with the cause that it was told. */
function untilStopped(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));
}

describe('held attempts', () => {
  let held: HeldAttempts;
  beforeEach(() => {
    vi.useFakeTimers();
    held = new HeldAttempts({} as AttemptRepository, () => 'me', 15_000, logger);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are stopped at the end of the process only after their grace', async () => {
    const work = held.while(attempt, untilStopped);
    held.drain(10_000);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(held.size).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await work).toBe('shutdown');
    expect(held.size).toBe(0);
  });

  it('R2-N2 are stopped one by one, the one first that let the disk grow most lately', async () => {
    const failure = new BuildFailure('DiskFull', 'The disk is full.');
    const progress = (current: number) =>
      ({ type: 'progress', stepId: 's', id: 'sha256:1', name: '', current, total: null, done: false }) as const;
    const growths: DiskGrowth[] = [];
    const ended: string[] = [];
    const works = ['long-ago', 'fetches', 'writes', 'idle'].map((attemptId) =>
      held.while({ ...attempt, attemptId }, async (signal, growth) => {
        growths.push(growth);
        await untilStopped(signal);
        ended.push(attemptId);
      }),
    );
    const [longAgo, fetches, writes] = growths;
    longAgo!.note(progress(9 * gibibyte));
    for (let looks = 0; looks < 30; looks++) held.look();
    fetches!.note(progress(2 * gibibyte));
    fetches!.note(progress(2 * gibibyte));
    writes!.noteWritten(gibibyte);
    expect(held.stopLargest(failure)).toBe(true);
    await works[1];
    expect(held.stopLargest(failure)).toBe(true);
    await works[2];
    expect(ended).toEqual(['fetches', 'writes']);
    expect(held.stopLargest(failure)).toBe(false);
    held.stopAll(failure);
    await Promise.all(works);
  });

  it('A3 are held no more when their slot is over: what hangs is not kept alive by heartbeats', async () => {
    const stop = new AbortController();
    const allowed: number[] = [];
    const slot = { signal: stop.signal, allow: (limitMs: number) => void allowed.push(limitMs) };
    const signals: AbortSignal[] = [];
    void held.while(attempt, (signal) => new Promise(() => void signals.push(signal)), slot);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(signals[0]?.reason).toBe('timeout');
    expect(allowed.at(-1)).toBe(60_000 + 15 * 60_000);
    expect(held.size).toBe(1);
    stop.abort();
    expect(held.size).toBe(0);
  });

  it('are stopped at their time limit', async () => {
    const work = held.while(attempt, untilStopped);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await work).toBe('timeout');
  });

  it('R3-A6 have all of their time left after they have waited for the engine', async () => {
    const work = held.while(attempt, untilStopped);
    await vi.advanceTimersByTimeAsync(20_000);
    const goOn = held.waits('a');
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    goOn();
    goOn();
    await vi.advanceTimersByTimeAsync(39_999);
    expect(held.size).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await work).toBe('timeout');
    // Its clock has ended with it.
    goOn();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('end also where the engine never becomes free', async () => {
    const work = held.while(attempt, untilStopped);
    held.waits('a');
    await vi.advanceTimersByTimeAsync(15 * 60_000 + 60_000);
    expect(await work).toBe('timeout');
  });
});
