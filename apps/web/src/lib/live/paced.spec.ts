import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paced } from './paced';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('makes a burst one effect, keeps the pace, and never loses the last call', () => {
  const effect = vi.fn();
  const call = paced(effect, { quietMs: 50, atMostEveryMs: 500 });
  for (let i = 0; i < 100; i++) call();
  vi.advanceTimersByTime(50);
  expect(effect).toHaveBeenCalledTimes(1);
  call();
  vi.advanceTimersByTime(499);
  expect(effect).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(effect).toHaveBeenCalledTimes(2);
});

it('does nothing after it was canceled', () => {
  const effect = vi.fn();
  const call = paced(effect, { quietMs: 50, atMostEveryMs: 500 });
  call();
  call.cancel();
  vi.advanceTimersByTime(1000);
  expect(effect).not.toHaveBeenCalled();
});
