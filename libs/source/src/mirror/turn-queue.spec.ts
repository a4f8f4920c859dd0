import { describe, expect, it } from 'vitest';
import { waitForTurn } from './turn-queue.js';

describe('waitForTurn', () => {
  it('lets one in after the other, in order', async () => {
    const order: number[] = [];
    let inside = 0;
    await Promise.all(
      [1, 2, 3].map(async (number) => {
        const leave = await waitForTurn('a');
        expect(++inside).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(number);
        inside--;
        leave();
      }),
    );
    expect(order).toEqual([1, 2, 3]);
  });

  it('lets others pass when one stops waiting', async () => {
    const leave = await waitForTurn('b');
    const waiting = waitForTurn('b', AbortSignal.timeout(10));
    const next = waitForTurn('b');
    await expect(waiting).rejects.toThrow(/timeout/);
    leave();
    (await next)();
  });
});
