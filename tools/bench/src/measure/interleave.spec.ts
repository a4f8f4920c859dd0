import { describe, expect, it } from 'vitest';
import { interleave } from './interleave.js';

describe('interleaving', () => {
  it('runs theirs and ours in turn and settles after each', async () => {
    const order: string[] = [];
    const side = (name: string, ms: number) => async () => {
      order.push(name);
      return ms;
    };
    const settle = async () => void order.push('-');
    const sides = { theirs: side('a', 2), ours: side('b', 1), settle };
    const pairs = await interleave(2, sides, new AbortController().signal);
    expect(order.join('')).toBe('a-b-a-b-');
    expect(pairs).toEqual([
      { ours: 1, theirs: 2 },
      { ours: 1, theirs: 2 },
    ]);
  });

  it('ends between two pairs when it is told to', async () => {
    const stop = new AbortController();
    const sides = {
      theirs: async () => 1,
      ours: async () => {
        stop.abort(new Error('enough'));
        return 1;
      },
    };
    await expect(interleave(5, sides, stop.signal)).rejects.toThrow('enough');
  });
});
