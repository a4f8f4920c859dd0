import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { syncStretchRatio } from './sync-stretch.js';

/** Work of about `mebibytes` times the baseline. */
const parse = (json: string, times: number) => {
  for (let time = 0; time < times; time++) JSON.parse(json);
};
const json = JSON.stringify(Array.from({ length: 16_000 }, (_, at) => ({ number: at, text: 'x'.repeat(36) })));

describe('syncStretchRatio', () => {
  it('finds one long stretch, wherever in the work it is', async () => {
    expect(await syncStretchRatio(() => parse(json, 20))).toBeGreaterThan(8);
    expect(
      await syncStretchRatio(async () => {
        await nextTurn();
        parse(json, 20);
        await nextTurn();
      }),
    ).toBeGreaterThan(8);
  });

  it('does not add up stretches between which others come in', async () => {
    expect(
      await syncStretchRatio(async () => {
        for (let time = 0; time < 20; time++) {
          parse(json, 1);
          await nextTurn();
        }
      }),
    ).toBeLessThan(4);
  });

  it('does not count time in which this thread waits', async () => {
    expect(
      await syncStretchRatio(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)),
    ).toBeLessThan(2);
  });

  it('passes on what the work throws', async () => {
    await expect(syncStretchRatio(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
