import type { OutboxItem } from '@cooperage/db';
import { RegistryError } from '@cooperage/oci';
import { describe, expect, it, vi } from 'vitest';
import { item, loopOver, outboxOf, run } from '../../../spec/outbox-in-memory.js';
import { done, later } from './outbox-loop.js';

describe('OutboxLoop', () => {
  it('works through everything that is due, never more at a time than it may', async () => {
    const outbox = outboxOf([1, 2, 3, 4, 5].map(item));
    let running = 0;
    let most = 0;
    const loop = loopOver(outbox, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 3));
      running--;
      return done;
    });
    loop.wake();
    await expect.poll(() => outbox.done).toHaveBeenCalledTimes(5);
    await loop.close();
    expect(most).toBe(2);
  });

  it('puts work back for as long as its handler says', async () => {
    const outbox = outboxOf([item(1)]);
    const loop = loopOver(outbox, async () => later(700, 'not now'));
    loop.wake();
    await expect
      .poll(() => outbox.retry)
      .toHaveBeenCalledWith(expect.objectContaining({ id: 1n }), 'me', 700, 'not now');
    await loop.close();
    expect(outbox.done).not.toHaveBeenCalled();
  });

  it('puts work back that ended by an error, with a pause that grows', async () => {
    const outbox = outboxOf([
      { ...item(1), attempts: 1 },
      { ...item(2), attempts: 4 },
    ]);
    const loop = loopOver(outbox, async () => {
      throw new Error('broken');
    });
    loop.wake();
    await expect.poll(() => outbox.retryFailed).toHaveBeenCalledTimes(2);
    await loop.close();
    const pauses = outbox.retryFailed.mock.calls.map((call) => (call as unknown as [OutboxItem, string, number])[2]);
    expect(pauses[1]).toBeGreaterThan(pauses[0]!);
  });

  it('V9B-L2 counts no failed try where the database was away', async () => {
    const outbox = outboxOf([item(1), item(2)]);
    const loop = loopOver(outbox, async ({ id }) => {
      throw id === 1n ? Object.assign(new Error('no connection'), { code: 'P1001' }) : new Error('broken');
    });
    loop.wake();
    await expect.poll(() => outbox.retryFailed).toHaveBeenCalledTimes(1);
    await expect.poll(() => outbox.retry).toHaveBeenCalledTimes(1);
    await loop.close();
    expect(outbox.retry).toHaveBeenCalledWith(
      expect.objectContaining({ id: 1n }),
      'me',
      expect.any(Number),
      'no connection',
    );
    expect(outbox.retryFailed).toHaveBeenCalledWith(
      ...[expect.objectContaining({ id: 2n }), 'me', expect.any(Number), 'broken'],
    );
  });

  it('takes work that was put back for a moment when it is due, without being woken', async () => {
    const outbox = outboxOf([item(1)]);
    const begun: number[] = [];
    const loop = loopOver(outbox, async () => {
      begun.push(performance.now());
      return begun.length === 1 ? later(50, 'not now') : done;
    });
    outbox.retry.mockImplementation(async () => {
      const due = performance.now() + 50;
      outbox.take.mockImplementation(async () => (performance.now() >= due && begun.length === 1 ? [item(1)] : []));
      return true;
    });
    loop.wake();
    await expect.poll(() => begun).toHaveLength(2);
    await loop.close();
  });

  it('R2-H1 gives up work, before it begins it, whose process ended too often while it was under way', async () => {
    const outbox = outboxOf([
      { ...item(1), unfinished: 3 },
      { ...item(2), unfinished: 4 },
    ]);
    const handle = vi.fn(run);
    const giveUp = vi.fn(run);
    const loop = loopOver(outbox, { handle, giveUp, mostUnfinished: 3 });
    loop.wake();
    await expect.poll(() => outbox.done).toHaveBeenCalledTimes(2);
    await loop.close();
    expect(handle.mock.calls).toEqual([[expect.objectContaining({ id: 1n }), expect.anything()]]);
    expect(giveUp.mock.calls).toEqual([[expect.objectContaining({ id: 2n })]]);
  });

  it('R3-A3 does one at a time of what was under way when a process ended, and puts the others back uncounted', async () => {
    const suspect = { ...item(1), unfinished: 1 };
    const outbox = outboxOf([suspect, { ...item(2), unfinished: 2 }]);
    const ends: (() => void)[] = [];
    const begun: bigint[] = [];
    const loop = loopOver(outbox, ({ id }) => {
      begun.push(id);
      return new Promise((resolve) => ends.push(() => resolve(done)));
    });
    loop.wake();
    await expect.poll(() => outbox.postpone).toHaveBeenCalledTimes(1);
    expect(outbox.postpone).toHaveBeenCalledWith(expect.objectContaining({ id: 2n }), 'me', 500);
    // Work that no process ended with is not held up.
    outbox.take.mockResolvedValueOnce([item(3)]);
    loop.wake();
    await expect.poll(() => begun).toEqual([1n, 3n]);
    ends[0]!();
    await expect.poll(() => outbox.done).toHaveBeenCalledTimes(1);
    outbox.take.mockResolvedValueOnce([{ ...item(2), unfinished: 2 }]);
    loop.wake();
    await expect.poll(() => begun).toEqual([1n, 3n, 2n]);
    for (const end of ends) end();
    await loop.close();
  });

  it('R2-H1 lets work that must be done rest for minutes where its process ended too often', async () => {
    const outbox = outboxOf([{ ...item(1), unfinished: 6 }]);
    const handler = vi.fn(run);
    const loop = loopOver(outbox, handler);
    loop.wake();
    await expect
      .poll(() => outbox.retry)
      .toHaveBeenCalledWith(expect.objectContaining({ id: 1n }), 'me', 600_000, expect.stringContaining('6 times'));
    await loop.close();
    expect(handler).not.toHaveBeenCalled();
  });

  it('is woken by its own topics only, and by a notification that was lost', async () => {
    const outbox = outboxOf([]);
    const loop = loopOver(outbox, run);
    loop.wake('publish');
    expect(outbox.take).not.toHaveBeenCalled();
    loop.wake('evaluate');
    await expect.poll(() => outbox.take).toHaveBeenCalledTimes(1);
    await loop.close();
  });

  it('begins nothing that it took while it was being closed, and gives that back', async () => {
    const handler = vi.fn(run);
    const outbox = outboxOf([]);
    let answer: (items: OutboxItem[]) => void = () => undefined;
    outbox.take.mockImplementation(() => new Promise((resolve) => (answer = resolve)));
    const loop = loopOver(outbox, handler);
    loop.wake();
    let closed = false;
    const closing = loop.close().then(() => (closed = true));
    await new Promise((resolve) => setTimeout(resolve, 5));
    // Whoever believes that this process has ended would let another one take the same work.
    expect(closed).toBe(false);
    answer([item(1)]);
    await closing;
    expect(handler).not.toHaveBeenCalled();
    expect(outbox.retry).toHaveBeenCalledWith(expect.objectContaining({ id: 1n }), 'me', 0, expect.any(String));
  });

  it('ends what is under way before it is closed', async () => {
    const outbox = outboxOf([item(1)]);
    let ended = false;
    const loop = loopOver(outbox, async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      ended = true;
      return done;
    });
    loop.wake();
    await expect.poll(() => outbox.take).toHaveBeenCalled();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await loop.close();
    expect(ended).toBe(true);
  });

  it('R-W1 gives up a claim round that hangs, takes anew, and gives back what the hung one brings late', async () => {
    const outbox = outboxOf([]);
    let answer: (items: OutboxItem[]) => void = () => undefined;
    outbox.take.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    const handler = vi.fn(run);
    const loop = loopOver(outbox, handler);
    loop.wake();
    await expect.poll(() => outbox.take).toHaveBeenCalledTimes(1);
    outbox.take.mockImplementationOnce(async () => [item(1), item(2)]);
    loop.wake();
    expect(outbox.take).toHaveBeenCalledTimes(1);
    loop.repair();
    await expect.poll(() => outbox.done).toHaveBeenCalledTimes(2);
    answer([item(3)]);
    await expect
      .poll(() => outbox.retry)
      .toHaveBeenCalledWith(expect.objectContaining({ id: 3n }), 'me', 0, expect.any(String));
    expect(handler).toHaveBeenCalledTimes(2);
    await loop.close();
  });

  it('R-H11 lets nothing hold a slot beyond its limit: the work is put back, and its signal says so', async () => {
    const rows = [1, 2].map(item);
    const outbox = outboxOf(rows);
    const signals: AbortSignal[] = [];
    const loop = loopOver(
      outbox,
      (taken, signal) => {
        signals.push(signal);
        return taken.id < 3n ? new Promise(() => undefined) : run();
      },
      30,
    );
    loop.wake();
    await expect.poll(() => outbox.retryUnfinished).toHaveBeenCalledTimes(2);
    expect(outbox.retryUnfinished).toHaveBeenCalledWith(
      expect.objectContaining({ id: 1n }),
      'me',
      expect.any(Number),
      expect.stringContaining('was given up'),
    );
    expect(outbox.retry).not.toHaveBeenCalled();
    expect((await loop.sight()).givenUp).toBe(2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    rows.push(item(3));
    loop.wake();
    await expect.poll(() => outbox.done).toHaveBeenCalledTimes(1);
    await loop.close();
  });

  it('A3 lets work of a kind hold its slot no longer than that kind may', async () => {
    const outbox = outboxOf([item(1)]);
    const loop = loopOver(outbox, { handle: () => new Promise(() => undefined), limitMs: 20 });
    loop.wake();
    await expect.poll(() => outbox.retryUnfinished).toHaveBeenCalledTimes(1);
    await loop.close();
  });

  it('frees a slot at a repair whose work could not even be put back', async () => {
    const rows = [1, 2].map(item);
    const outbox = outboxOf(rows);
    outbox.retryUnfinished.mockImplementation(() => new Promise(() => undefined));
    const loop = loopOver(outbox, () => new Promise(() => undefined), 10);
    loop.wake();
    await expect.poll(() => outbox.retryUnfinished).toHaveBeenCalledTimes(2);
    expect(await loop.sight()).toMatchObject({ busySlots: 2, slots: 2, taken: 2 });
    loop.repair();
    expect(await loop.sight()).toMatchObject({ busySlots: 0, oldestBusyMs: 0 });
    await loop.close();
  });

  it('R12B-4 counts a statement that took too long as a failed try, since it may never end', async () => {
    const outbox = outboxOf([item(1)]);
    const loop = loopOver(outbox, async () => {
      throw Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
    });
    loop.wake();
    await expect.poll(() => outbox.retryFailed).toHaveBeenCalledTimes(1);
    await loop.close();
    expect(outbox.retry).not.toHaveBeenCalled();
  });

  it('V12B-14 counts a registry that refuses connections as a failed try, and a database that does not', async () => {
    const refused = { code: 'ECONNREFUSED' };
    const errors = [new RegistryError('unavailable', 'x', refused), Object.assign(new Error('x'), refused)];
    const outbox = outboxOf([1, 2].map(item));
    const loop = loopOver(outbox, async () => {
      throw errors.shift()!;
    });
    loop.wake();
    await expect.poll(() => outbox.retryFailed).toHaveBeenCalledTimes(1);
    await expect.poll(() => outbox.retry).toHaveBeenCalledTimes(1);
    await loop.close();
  });
});
