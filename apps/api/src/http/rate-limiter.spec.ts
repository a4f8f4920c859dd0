import { describe, expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.js';

describe('RateLimiter', () => {
  it('lets the tries of one window pass, and says how long the others wait', () => {
    let now = 0;
    const limiter = new RateLimiter({ tries: 2, windowMs: 1_000 }, () => now);
    expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 0]);
    now = 300;
    expect(limiter.take('a')).toBe(700);
    expect(limiter.take('b')).toBe(0);
    now = 1_000;
    expect(limiter.take('a')).toBe(0);
  });

  it('tells without counting', () => {
    const limiter = new RateLimiter({ tries: 1, windowMs: 1_000 }, () => 0);
    expect([limiter.waitMs('a'), limiter.waitMs('a')]).toEqual([0, 0]);
    limiter.take('a');
    expect(limiter.waitMs('a')).toBe(1_000);
    limiter.forget('a');
    expect(limiter.waitMs('a')).toBe(0);
  });

  it('tells how a window stands', () => {
    let now = 0;
    const limiter = new RateLimiter({ tries: 2, windowMs: 1_000 }, () => now);
    expect(limiter.standing('a')).toEqual({ count: 0, leftMs: 1_000 });
    limiter.take('a');
    now = 300;
    expect(limiter.standing('a')).toEqual({ count: 1, leftMs: 700 });
    now = 1_000;
    expect(limiter.standing('a')).toEqual({ count: 0, leftMs: 1_000 });
  });

  it('S-079 keeps a bounded number of keys, whoever asks', () => {
    const limiter = new RateLimiter({ tries: 1, windowMs: 1_000 }, () => 0, 3);
    for (const key of ['a', 'b', 'c', 'd']) limiter.take(key);
    expect(limiter.waitMs('a')).toBe(0);
    expect(limiter.waitMs('d')).toBe(1_000);
  });
});

describe('R-Low-9 the addresses of one IPv6 network', () => {
  it('share the tries of one key', () => {
    const limiter = new RateLimiter({ tries: 3, windowMs: 1_000 }, () => 0);
    const waits = Array.from({ length: 5 }, (_, at) => limiter.take(`2001:db8:1:2::${at + 1}`));
    expect(waits).toEqual([0, 0, 0, 1_000, 1_000]);
    expect(limiter.take('2001:db8:1:3::1')).toBe(0);
  });
});
