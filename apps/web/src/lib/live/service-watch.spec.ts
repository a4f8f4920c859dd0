import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lookEveryMs, ServiceWatch } from './service-watch';

describe('ServiceWatch', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1000 }));
  afterEach(() => void vi.useRealTimers());

  it('looks for a service that is away until it is back, and remembers since when', async () => {
    const answers: (string | null)[] = ['no road', 'it answered 502', null];
    const watch = new ServiceWatch(async () => answers.shift() ?? null);
    const states: unknown[] = [];
    watch.subscribe(() => states.push(watch.current()));
    expect(await watch.isThere()).toBe(false);
    await vi.advanceTimersByTimeAsync(2 * lookEveryMs);
    expect(states).toEqual([
      { kind: 'away', sinceMs: 1000, reason: 'no road' },
      { kind: 'away', sinceMs: 1000, reason: 'it answered 502' },
      { kind: 'there' },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets whoever needs it wait until it is back', async () => {
    const answers = ['no road', 'no road', null];
    const watch = new ServiceWatch(async () => answers.shift() ?? null);
    const came = vi.fn();
    void watch.whenThere().then(came);
    await vi.advanceTimersByTimeAsync(lookEveryMs);
    expect(came).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(lookEveryMs);
    expect(came).toHaveBeenCalledTimes(1);
    await watch.whenThere();
  });

  it('asks once for all that want to know', async () => {
    const probe = vi.fn(async () => null);
    const watch = new ServiceWatch(probe);
    expect(await Promise.all([watch.isThere(), watch.isThere()])).toEqual([true, true]);
    expect(probe).toHaveBeenCalledTimes(1);
    await watch.isThere();
    expect(probe).toHaveBeenCalledTimes(2);
  });
});
