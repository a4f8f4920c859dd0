import type { ClaimedAttempt } from '@cooperage/db';
import type { BuildFate, BuildRequest, RunawayWork } from '@cooperage/engines';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EarlierAttempts, type TakingOver } from './earlier-attempts.js';

describe('an earlier attempt that an engine goes on with', () => {
  let fate: BuildFate;
  let asked: number;
  let works: RunawayWork[];
  let stop: AbortController;
  beforeEach(() => {
    vi.useFakeTimers();
    [fate, asked, works, stop] = [{ state: 'running' }, 0, [], new AbortController()];
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const result = () => {
    const find = async () => {
      asked++;
      return fate;
    };
    const earlier = new EarlierAttempts(
      { lostHere: async () => ['earlier'], adoptCacheRead: async () => {} },
      { find, takeOver: async () => null },
      {
        workerName: 'b',
        registry: { host: 'registry.test', insecure: true },
        onRunawayWork: (work) => works.push(work),
      },
    );
    const taking: TakingOver = {
      attempt: { attemptId: 'a', number: 2, build: { definition: null } } as ClaimedAttempt,
      request: {} as BuildRequest,
      emit: () => {},
      signal: stop.signal,
      logger: createLogger({ process: 'test', level: 'silent' }),
    };
    return earlier.result(taking);
  };

  it('V9A-L8 is watched until it has ended also where the attempt that waits for it is canceled', async () => {
    const waiting = result();
    const canceled = expect(waiting).rejects.toBe('cancel');
    await vi.advanceTimersByTimeAsync(1_000);
    stop.abort('cancel');
    await canceled;
    await vi.advanceTimersByTimeAsync(59_000);
    expect(works).toHaveLength(1);
    let isOver = false;
    void works[0]!.ended.then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(isOver).toBe(false);
    fate = { state: 'failed' };
    await vi.advanceTimersByTimeAsync(1_000);
    expect(isOver).toBe(true);
    const before = asked;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(before);
  });

  it('V9A-L8 is not asked of for ever where nobody ends it', async () => {
    const canceled = expect(result()).rejects.toBe('cancel');
    stop.abort('cancel');
    await canceled;
    await vi.advanceTimersByTimeAsync(20 * 60_000);
    const before = asked;
    await vi.advanceTimersByTimeAsync(60_000);
    expect([works.length, asked]).toEqual([1, before]);
  });

  it('is nothing to anybody where it ends within a minute', async () => {
    const waiting = result();
    await vi.advanceTimersByTimeAsync(59_000);
    fate = { state: 'failed' };
    await vi.advanceTimersByTimeAsync(5_000);
    expect([await waiting, works]).toEqual([null, []]);
  });
});
