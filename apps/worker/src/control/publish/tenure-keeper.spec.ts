import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TenureKeeper } from './tenure-keeper.js';

const tenure = { projectId: 'p', instanceId: 'i', fence: 1n, leaseMs: 30_000 };

describe('a tenure that is kept', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('counts its life from the question: a process that was paused before it heard the answer mints nothing too long', () => {
    const askedAt = performance.now();
    vi.advanceTimersByTime(20_000);
    const keeper = new TenureKeeper(tenure, askedAt, { renew: async () => true });
    expect(keeper.remainingSeconds()).toBe(8);
    vi.advanceTimersByTime(8_000);
    keeper.close();
  });

  it('lives on while it is renewed', async () => {
    const keeper = new TenureKeeper(tenure, performance.now(), { renew: async () => true });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(keeper.remainingSeconds()).toBeGreaterThan(15);
    expect(keeper.signal.aborted).toBe(false);
    keeper.close();
  });

  it('ends at once when the database says that it is somebody else’s, and mints nothing more', async () => {
    const keeper = new TenureKeeper(tenure, performance.now(), { renew: async () => false });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(keeper.signal.aborted).toBe(true);
    expect(() => keeper.remainingSeconds()).toThrow('over');
    keeper.close();
  });

  it('outlasts a database that is away for less than its lease, and no more', async () => {
    const keeper = new TenureKeeper(tenure, performance.now(), { renew: () => Promise.reject(new Error('away')) });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(keeper.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(keeper.signal.aborted).toBe(true);
    keeper.close();
  });
});
