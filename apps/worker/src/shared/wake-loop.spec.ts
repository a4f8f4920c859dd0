import { createLogger } from '@cooperage/telemetry';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WakeLoop } from './wake-loop.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('WakeLoop', () => {
  afterEach(() => vi.useRealTimers());

  it('runs once more for wakes during a run, never twice at a time', async () => {
    let running = 0;
    let most = 0;
    const work = vi.fn(async () => {
      most = Math.max(most, ++running);
      await settle();
      running--;
    });
    const loop = new WakeLoop('test', 60_000, logger, work);
    loop.start();
    for (let i = 0; i < 10; i++) loop.wake();
    await expect.poll(() => work).toHaveBeenCalledTimes(2);
    await loop.close();
    expect(most).toBe(1);
  });

  it('R-W1 runs again after its work threw before the first await', async () => {
    const work = vi.fn((): Promise<void> => {
      throw new Error('broken before the first await');
    });
    const loop = new WakeLoop('test', 60_000, logger, work);
    loop.start();
    loop.wake();
    expect(work).toHaveBeenCalledTimes(2);
    await loop.close();
  });

  it('goes on after an error, at the next interval and not in a spin', async () => {
    const work = vi.fn(async () => {
      throw new Error('broken store');
    });
    vi.useFakeTimers();
    const loop = new WakeLoop('test', 60_000, logger, work);
    loop.start();
    loop.wake();
    await vi.advanceTimersByTimeAsync(59_999);
    expect(work).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(work).toHaveBeenCalledTimes(2);
    await loop.close();
  });

  it('waits for the run under way when it is closed, and starts no other', async () => {
    let ended = false;
    const work = vi.fn(async () => {
      await settle();
      ended = true;
    });
    const loop = new WakeLoop('test', 1, logger, work);
    loop.start();
    await loop.close();
    expect(ended).toBe(true);
    loop.wake();
    await settle();
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('R-W1 shows a run that hangs, and begins another when it is repaired', async () => {
    const release: (() => void)[] = [];
    const work = vi.fn(() => new Promise<void>((resolve) => release.push(resolve)));
    const loop = new WakeLoop('test', 60_000, logger, work, 1_000);
    expect(loop.sight()).toMatchObject({ due: 0, busySlots: 0, taken: 0 });
    loop.start();
    expect(loop.sight()).toMatchObject({ slots: 1, busySlots: 1, taken: 1, slotLimitMs: 1_000 });
    loop.repair();
    expect(work).toHaveBeenCalledTimes(2);
    release[0]!();
    await settle();
    // The run that was given up changes nothing for the one that goes on.
    expect(loop.sight()).toMatchObject({ busySlots: 1, taken: 2 });
    release[1]!();
    await expect.poll(() => loop.sight().busySlots).toBe(0);
    await loop.close();
  });

  it('shows a run that is due and does not come', async () => {
    vi.useFakeTimers();
    const work = vi.fn(async () => undefined);
    const loop = new WakeLoop('test', 1, logger, work);
    loop.start();
    await vi.advanceTimersByTimeAsync(0);
    // Its timer is lost, so nothing begins the next run.
    vi.clearAllTimers();
    await vi.advanceTimersByTimeAsync(50);
    expect(loop.sight()).toMatchObject({ due: 1, oldestDueMs: 49, busySlots: 0, taken: 1 });
    loop.repair();
    expect(work).toHaveBeenCalledTimes(2);
    await loop.close();
  });
});
