import { describe, expect, it } from 'vitest';
import { SharedSlots } from './shared-slots.js';

describe('R-M7 SharedSlots', () => {
  it('leave a slot for an organization that has none, and tell the other when to come back', async () => {
    const slots = new SharedSlots('things', { total: 3, perKey: 3, maxWaitMs: 0, maxWaiting: 0 });
    for (let count = 0; count < 2; count++) await slots.take('a');
    await expect(slots.take('a')).rejects.toMatchObject({
      code: 'rate_limited',
      options: { retryAfterSeconds: 1, detail: expect.stringMatching(/^Too many things are under way.* 3 at once/) },
    });
    await slots.take('b');
  });

  it('V8-H1 are given back by work that throws before it has made a promise', async () => {
    const slots = new SharedSlots('things', { total: 1, perKey: 1, maxWaitMs: 0, maxWaiting: 0 });
    const throws = () => {
      throw new Error('the cursor is of another list');
    };
    await expect(slots.during(throws, 'a')).rejects.toThrow('another list');
    await expect(slots.during(() => Promise.reject(new Error('away')), 'a')).rejects.toThrow('away');
    expect(await slots.during(async () => 'done', 'a')).toBe('done');
  });

  it('wait for a slot, no longer than they say', async () => {
    const slots = new SharedSlots('things', { total: 1, perKey: 1, maxWaitMs: 50, maxWaiting: 1 });
    const release = await slots.take('a');
    await expect(slots.take('b')).rejects.toMatchObject({ code: 'rate_limited' });
    const waiting = slots.take('b');
    release();
    (await waiting)();
    await slots.take('a');
  });
});
