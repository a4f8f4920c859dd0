import { describe, expect, it, vi } from 'vitest';
import { item, loopOver, outboxOf, run, type TakeArguments } from '../../../spec/outbox-in-memory.js';
import { done, type OutboxLoop } from './outbox-loop.js';

async function withFakeTimers(work: () => Promise<void>): Promise<void> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await work();
  } finally {
    vi.useRealTimers();
  }
}

describe('ends that cannot be written', () => {
  it('V13-S1 V13B-3 counts no work as unfinished of which only the return fails, also after a restart', async () => {
    const outbox = outboxOf([]);
    outbox.retryFailed.mockRejectedValue(new Error('statement timeout'));
    const giveUp = vi.fn(run);
    const handle = vi.fn(async () => {
      throw new Error('broken');
    });
    // As the database counts: each taking of a row that somebody holds, less those that it is given.
    let unfinished = -1;
    const take = async (loop: OutboxLoop) => {
      const begun = handle.mock.calls.length;
      outbox.take.mockImplementationOnce(async (...[, , , , , ended]: TakeArguments) => {
        unfinished = Math.max(0, unfinished + 1 - (ended.get(1n) ?? 0));
        return [{ ...item(1), unfinished }];
      });
      loop.wake();
      await expect.poll(async () => [handle.mock.calls.length, (await loop.sight()).busySlots]).toEqual([begun + 1, 0]);
    };
    const work = { handle, giveUp, mostUnfinished: 3 };
    for (let restarts = 0; restarts < 3; restarts++) {
      const loop = loopOver(outbox, work);
      for (let times = 0; times < 6; times++) await take(loop);
      await loop.close();
    }
    expect(unfinished).toBe(2);
    // What it took last is given once, and a return that is written ends the count.
    const last = loopOver(outbox, work);
    outbox.retryFailed.mockResolvedValueOnce(undefined);
    await take(last);
    outbox.take.mockImplementationOnce(async (...[, , , , , ended]: TakeArguments) => {
      expect(ended).toEqual(new Map());
      return [{ ...item(1), unfinished: 5 }];
    });
    last.wake();
    await expect.poll(() => giveUp).toHaveBeenCalledTimes(1);
    await last.close();
  });

  const failsToReturn = () => {
    const outbox = outboxOf([item(1)]);
    outbox.retryFailed.mockRejectedValue(new Error('statement timeout'));
    const handler = async () => {
      throw new Error('broken');
    };
    return { outbox, loop: loopOver(outbox, handler) };
  };

  it('V13B-3 writes a return again that failed, before the lock ends and another control counts it', async () => {
    await withFakeTimers(async () => {
      const { outbox, loop } = failsToReturn();
      outbox.retry.mockRejectedValueOnce(new Error('statement timeout'));
      loop.wake();
      await vi.advanceTimersByTimeAsync(0);
      expect(outbox.retryFailed).toHaveBeenCalledTimes(1);
      // The slot does not wait for it.
      expect(await loop.sight()).toMatchObject({ busySlots: 0 });
      await vi.advanceTimersByTimeAsync(25_000);
      expect(outbox.retry).toHaveBeenCalledTimes(2);
      expect(outbox.retry).toHaveBeenLastCalledWith(expect.objectContaining({ id: 1n }), 'me', 500, 'broken');
      // One that is written late counts no failed try: its error may be that of the return alone.
      expect(outbox.retryFailed).toHaveBeenCalledTimes(1);
      await loop.close();
    });
  });

  it('V13B-3 writes a return again three times at most, and not after it was closed', async () => {
    await withFakeTimers(async () => {
      const { outbox, loop } = failsToReturn();
      outbox.retry.mockRejectedValue(new Error('statement timeout'));
      loop.wake();
      await vi.advanceTimersByTimeAsync(600_000);
      expect(outbox.retry).toHaveBeenCalledTimes(3);
      outbox.take.mockResolvedValueOnce([item(2)]);
      loop.wake();
      await vi.advanceTimersByTimeAsync(0);
      expect(outbox.retryFailed).toHaveBeenCalledTimes(2);
      await loop.close();
      await vi.advanceTimersByTimeAsync(600_000);
      expect(outbox.retry).toHaveBeenCalledTimes(3);
    });
  });

  it('V14-4 keeps what is noted of a later taking when the return of an earlier one comes late', async () => {
    await withFakeTimers(async () => {
      const { outbox, loop } = failsToReturn();
      outbox.retry.mockResolvedValue(false);
      loop.wake();
      await vi.advanceTimersByTimeAsync(0);
      outbox.take.mockResolvedValueOnce([{ ...item(1), attempts: 2 }]);
      loop.wake();
      await vi.advanceTimersByTimeAsync(0);
      expect(outbox.retryFailed).toHaveBeenCalledTimes(2);
      await vi.advanceTimersByTimeAsync(25_000);
      loop.wake();
      await vi.advanceTimersByTimeAsync(0);
      expect([...outbox.take.mock.lastCall![5]]).toEqual([[1n, 1]]);
      await loop.close();
    });
  });

  it('V13B-3 tells the next taking of a suspect that it did not begin and could not put back', async () => {
    const outbox = outboxOf([{ ...item(1), unfinished: 1 }]);
    outbox.postpone.mockRejectedValue(new Error('statement timeout'));
    let end: () => void = () => undefined;
    const loop = loopOver(outbox, ({ id }) =>
      id === 1n ? new Promise<typeof done>((resolve) => (end = () => resolve(done))) : run(),
    );
    loop.wake();
    await expect.poll(async () => (await loop.sight()).busySlots).toBe(1);
    const told: unknown[] = [];
    for (const times of [1, 2]) {
      outbox.take.mockImplementationOnce(async (...[, , , , , ended]: TakeArguments) => {
        told.push([...ended]);
        return [{ ...item(2), unfinished: 2 }];
      });
      loop.wake();
      await expect
        .poll(async () => [outbox.postpone.mock.calls.length, (await loop.sight()).busySlots])
        .toEqual([times, 1]);
    }
    end();
    await loop.close();
    expect(told).toEqual([[], [[2n, 1]]]);
  });
});
