import { describe, expect, it } from 'vitest';
import { TooBusy, waitForQuiet } from './load.js';

const options = {
  ignoreLoad: false,
  patienceMs: 20,
  signal: new AbortController().signal,
  say: () => {},
  lookEveryMs: 1,
};

describe('a busy machine', () => {
  it('is waited for, and refused when it stays busy', async () => {
    const loads = [3, 2, 0.9];
    const readLoad = () => loads.shift()!;
    expect(await waitForQuiet({ ...options, patienceMs: 60_000, readLoad })).toEqual({ load: 0.9, ignored: false });
    await expect(waitForQuiet({ ...options, readLoad: () => 1.01 })).rejects.toThrow(TooBusy);
  });

  it('is taken as it is when a developer says so, and that is on record', async () => {
    expect(await waitForQuiet({ ...options, ignoreLoad: true, readLoad: () => 5 })).toEqual({ load: 5, ignored: true });
    expect(await waitForQuiet({ ...options, ignoreLoad: true, readLoad: () => 1 })).toEqual({
      load: 1,
      ignored: false,
    });
  });

  it('can be given up while it is waited for', async () => {
    const stop = new AbortController();
    const waiting = waitForQuiet({ ...options, patienceMs: 60_000, readLoad: () => 9, signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toThrow();
  });
});
