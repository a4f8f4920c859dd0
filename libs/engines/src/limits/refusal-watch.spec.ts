import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Refusals } from '../cgroup/step-groups.js';
import { RefusalWatch } from './refusal-watch.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function watched() {
  let now: Refusals = { memory: 0, processes: 0, killed: 0 };
  const watch = new RefusalWatch({ refusals: () => now });
  const look = (change: Partial<Refusals>) => {
    now = { ...now, ...change };
    vi.advanceTimersByTime(250);
  };
  return { watch, look };
}

describe('the watch over refusals (S-041)', () => {
  it('ends a build that is refused hundreds of processes for a second, not one that tries a few times', () => {
    const { watch, look } = watched();
    for (const processes of [1_000, 2_000, 3_000, 3_010, 4_000, 5_000, 6_000]) look({ processes });
    expect(watch.signal.aborted).toBe(false);
    look({ processes: 7_000 });
    expect(watch.signal.reason).toMatchObject({ code: 'StepProcessLimit' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends a build of which five processes were killed for memory, whichever steps they belonged to', () => {
    const { watch, look } = watched();
    for (const killed of [1, 3, 0, 1, 1]) look({ killed });
    expect(watch.signal.aborted).toBe(false);
    look({ killed: 2 });
    expect(watch.signal.reason).toMatchObject({ code: 'StepOutOfMemory' });
  });

  it('R8-C1 ends no build whose processes were killed for the machine', () => {
    const { watch, look } = watched();
    look({ killed: 9, limits: 4 });
    expect(watch.signal.aborted).toBe(false);
    look({ limits: 5 });
    expect(watch.signal.reason).toMatchObject({ code: 'StepOutOfMemory' });
  });

  it('takes a page cache at its limit for nothing, and looks no more when it is stopped', () => {
    const { watch, look } = watched();
    for (const memory of [5_000, 50_000, 500_000]) look({ memory });
    expect(watch.signal.aborted).toBe(false);
    watch.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
