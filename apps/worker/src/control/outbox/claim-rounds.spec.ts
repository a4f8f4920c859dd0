import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { item, loopOver, outboxOf } from '../../../spec/outbox-in-memory.js';
import { done } from './outbox-loop.js';

describe('claims of an OutboxLoop whose slots are busy', () => {
  it('R-W1 claims again after it was woken while every slot was busy', async () => {
    const rows = [1, 2].map(item);
    const outbox = outboxOf(rows);
    const release: (() => void)[] = [];
    const loop = loopOver(outbox, () => new Promise((resolve) => release.push(() => resolve(done))));
    loop.wake();
    await expect.poll(() => release).toHaveLength(2);
    loop.wake();
    loop.wake('evaluate');
    rows.push(...[3, 4, 5].map(item));
    for (let handled = 0; handled < 5; handled++) {
      await expect.poll(() => release.length).toBeGreaterThan(handled);
      release[handled]!();
      loop.wake();
    }
    await expect.poll(() => outbox.done).toHaveBeenCalledTimes(5);
    await loop.close();
  });

  it('claims once for what ends at about one moment while nearly all slots are busy', async () => {
    const outbox = outboxOf(Array.from({ length: 10 }, (_, at) => item(at)));
    const release: (() => void)[] = [];
    const handler = () => new Promise<typeof done>((resolve) => release.push(() => resolve(done)));
    const loop = loopOver(outbox, handler, 60_000, 8);
    loop.wake();
    await expect.poll(() => release).toHaveLength(8);
    outbox.take.mockClear();
    for (const end of release.slice(0, 2)) {
      end();
      await setImmediate();
    }
    await expect.poll(() => release).toHaveLength(10);
    expect(outbox.take.mock.calls.map(([, limit]) => limit)).toEqual([2]);
    for (const end of release) end();
    await loop.close();
  });
});
